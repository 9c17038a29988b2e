import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { RunFile } from "../../../src/protocol/files.ts";
import { lifeOf } from "../../../src/runtime/liveness.ts";
import { teamWithLogs } from "../../support/fuzz-team-logs.ts";
import { ada } from "../../support/team-entries.ts";

const AT = "2026-11-20T12:00:00.000Z";

test("G2 D11 a beat that is no time is none: its process is unresponsive, not alive for ever", async () => {
  const team = await teamWithLogs({ events: [], transcript: [] });
  const member = team.state().members.get("ada");
  if (!member?.life) throw new Error("ada does not live");
  const run = {
    ...(await ownIdentity()),
    v: 1,
    instance: member.life.instance,
    member: ada,
    version: "0",
    startedAt: AT,
    since: AT,
    status: "idle",
    task: null,
    model: null,
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 },
    context: { used: 0, max: null },
  };
  const verdictAt = async (beat: string): Promise<string> => {
    await team.store.presence.write(RunFile.parse({ ...run, beat }));
    return (await lifeOf(team, { ...member, backend: "child" })).verdict;
  };

  expect(await verdictAt(new Date(team.host.now()).toISOString())).toBe("alive");
  expect(await verdictAt("yesterday")).toBe("unresponsive");
});
