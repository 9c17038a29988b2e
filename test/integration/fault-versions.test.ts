import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ownIdentity } from "../../src/base/process-identity.ts";
import { MemberName, TeamName } from "../../src/protocol/names.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import { tagged } from "../fixtures/agent-stand-in-process.ts";
import { shownAndFreed } from "../support/fault-rescue.ts";
import { startObedient } from "../support/fault-table-process.ts";
import { fillTeam, workspaceAhead } from "../support/fault-team.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A team of which an older troupe (this build) and a newer one are members. */
async function mixedTeam(): Promise<{ readonly configDir: string; readonly journal: string }> {
  const configDir = tempFolder();
  await fillTeam(configDir);
  return { configDir, journal: join(configDir, "teams/faulty/journal/1.jsonl") };
}

test("F8, M15 an older process stops at an entry of a newer one, names both versions, appends nothing more and keeps what it read", async () => {
  const { configDir, journal } = await mixedTeam();
  const old = await startObedient();
  onTestFinished(old.end);
  await old.ask({ do: "open", operation: "claim", configDir });
  expect(await old.ask({ do: "run", mark: "first" })).toMatchObject({ kind: "done" });

  appendFileSync(journal, encodeLine('{"v":2,"op":"vote","id":"newcomer.1","at":"later","by":"ada"}'));
  const before = readFileSync(journal, "utf8");
  const second = await old.ask({ do: "run", mark: "second" });
  const third = await old.ask({ do: "run", mark: "second" });
  await old.ask({ do: "close" });

  expect(second).toMatchObject({ kind: "error", code: "newer_format", uncertain: true });
  expect(second).toHaveProperty("message", expect.stringMatching(/format 2.*this troupe knows 1/));
  expect(third).toMatchObject({ kind: "error", code: "newer_format", uncertain: false });
  const after = readFileSync(journal, "utf8");
  expect(after.startsWith(before)).toBe(true);
  // One more at most: what was written before the newer entry was read.
  expect(after.slice(before.length).match(/"op":/g)).toHaveLength(1);
});

test("F8 a life whose run.json is of a newer form is not taken for dead while its process is there", async () => {
  const { configDir } = await mixedTeam();
  // A start that is long ago: only the process itself can tell that it lives.
  const team = await workspaceAhead(configDir, () => 3_600_000).open(TeamName.parse("faulty"));
  const instance = team.state().team?.instance;
  if (!instance) throw new Error("no team");
  const ada = MemberName.parse("ada");
  await tagged("exec sleep 60", { TROUPE_INSTANCE: instance });
  await team.commit({ op: "start", by: "system", member: ada, instance });
  const run = { v: 2, ...(await ownIdentity()), instance, member: "ada", version: "9.0.0", shape: "new" };
  writeFileSync(join(configDir, "teams/faulty/agents/ada/run.json"), JSON.stringify(run));

  const seen = await shownAndFreed(team);
  await team.close();

  expect(seen).toEqual({ shown: "starting", freed: 0 });
});
