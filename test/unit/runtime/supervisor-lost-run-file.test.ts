import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { SUPERVISOR_LIMITS } from "../../../src/runtime/supervisor-step.ts";
import { memberWatch } from "../../../src/runtime/supervisor-watch.ts";
import { memoryTeam } from "../../fixtures/agent-stand-in-memory.ts";

test("an agent whose run.json was deleted is not given up: it writes a new one with its next beat", async () => {
  const { team, member, live } = await memoryTeam(["ada"]);
  const instance = await live("ada", await ownIdentity());
  let nowMs = 0;
  const lines: string[] = [];
  const watch = memberWatch({
    team,
    processes: { start: async () => undefined, exitOf: () => undefined, isThere: () => true },
    limits: SUPERVISOR_LIMITS,
    awakeMs: () => nowMs,
    isChosen: () => true,
    log: (line) => lines.push(line),
    ring: () => undefined,
  });
  await watch.look();
  nowMs = 3 * SUPERVISOR_LIMITS.startDeadlineMs;
  await watch.look();

  await team.store.presence.remove(MemberName.parse("ada"), instance);
  nowMs += 1_000;
  await watch.look();
  watch.close();

  expect(lines).toEqual([]);
  expect(member("ada").life).toMatchObject({ instance });
  expect(member("ada").life?.ended).toBeUndefined();
});
