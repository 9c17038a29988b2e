import { expect, test } from "vitest";
import { liveness } from "../../../src/base/process-identity.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { endOrphans } from "../../../src/runtime/supervisor-orphans.ts";
import { settleLife } from "../../../src/runtime/supervisor-settle.ts";
import { askApproval } from "../../../src/team/approvals.ts";
import { memoryTeam } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity, tagged } from "../../fixtures/agent-stand-in-process.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const TASK = TaskId.parse("1");

test("a life that died is settled once: tasks free, end written, run.json removed", async () => {
  const { team, live, own, member } = await memoryTeam();
  await live("ada", await deadIdentity());
  await own("ada", "1");
  const before = member("ada");

  await settleLife(team, "system", before, { how: "died", detail: "x".repeat(2_000) });
  await settleLife(team, "system", before, { how: "stopped", detail: "too late" });

  expect(team.state().tasks.get(TASK)).toMatchObject({ status: "pending", deaths: 1, previousOwner: "ada" });
  expect(member("ada").life?.ended).toMatchObject({ how: "died", detail: "x".repeat(1_000) });
  expect(await team.store.presence.read(MemberName.parse("ada"))).toBeUndefined();
});

test("a later life keeps the tasks when the earlier one is settled", async () => {
  const { team, live, own, member } = await memoryTeam();
  await live("ada", await deadIdentity());
  const earlier = member("ada");
  const later = await live("ada");
  await own("ada", "1");

  await settleLife(team, "system", earlier, { how: "died", detail: "its process is gone" });

  expect(team.state().tasks.get(TASK)).toMatchObject({ status: "in_progress", owner: "ada", deaths: 0 });
  expect(member("ada").life).toEqual({ instance: later, startedAt: expect.any(String) as string });
});

test.each([
  ["died", "open"],
  ["failed", "withdrawn"],
  ["stopped", "withdrawn"],
] as const)("when a life is settled as %s its question is %s", async (how, expected) => {
  const { team, live, member } = await memoryTeam();
  await live("ada", await deadIdentity());
  const ada = MemberName.parse("ada");
  await askApproval(team, ada, { kind: "permission", tool: "Bash", input: {}, summary: "make" });
  await askApproval(team, MemberName.parse("bob"), {
    kind: "permission",
    tool: "Bash",
    input: {},
    summary: "ls",
  });

  await settleLife(team, "user", member("ada"), { how, detail: "gone" });

  const states = [...team.state().approvals.values()].map(({ settled }) => settled?.how ?? "open");
  expect(states.toSorted()).toEqual([expected, "open"].toSorted());
});

test("F2 when a team is gone its own processes are ended, not those of a new team of that name", async () => {
  const { team, live } = await memoryTeam();
  const configDir = tempFolder();
  const tag = { CLAUDE_CONFIG_DIR: configDir, TROUPE_TEAM: "crew", TROUPE_AGENT: "ada" };
  const old = await tagged("exec sleep 60", { ...tag, TROUPE_INSTANCE: await live("ada") });
  const successor = await tagged("exec sleep 60", { ...tag, TROUPE_INSTANCE: "newlife" });

  expect(await endOrphans(configDir, team)).toBe(1);

  expect(await Promise.all([old, successor].map(liveness))).toEqual(["dead", "alive"]);
});
