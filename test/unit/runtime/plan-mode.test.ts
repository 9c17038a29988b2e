import { expect, test } from "vitest";
import type { MemberDefinition } from "../../../src/protocol/entries.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import type { PermissionMode } from "../../../src/protocol/permissions.ts";
import { modeOf } from "../../../src/runtime/plan-mode.ts";
import { answerApproval, askApproval, waitingApprovals } from "../../../src/team/approvals.ts";
import { joinMember } from "../../../src/team/members.ts";
import { claimTask, createTask, releaseTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const ada = MemberName.parse("ada");
const task = (number: number): TaskId => TaskId.parse(String(number));

async function teamWith(definition: MemberDefinition): Promise<Team> {
  const { team } = await memoryTeam(["lead"]);
  await joinMember(team, "user", { name: ada, lead: false, backend: "child", definition });
  await createTask(team, "user", { subject: "One" });
  await createTask(team, "user", { subject: "Two" });
  return team;
}

async function plan(
  team: Team,
  number: number,
  verdict: "allow" | "deny",
  mode?: PermissionMode,
): Promise<void> {
  const version = (team.state().tasks.get(task(number))?.plan?.version ?? 0) + 1;
  const asked = await askApproval(team, ada, {
    kind: "plan",
    task: task(number),
    summary: "One",
    plan: { version, text: "Do it.", files: [] },
  });
  if (!asked.ok) throw new Error(asked.reason.kind);
  const [approval] = waitingApprovals(team.state());
  if (approval) await answerApproval(team, "user", approval, { verdict, mode });
}

test("a member without plans works in its own mode", async () => {
  expect(modeOf(await teamWith({}), ada)).toBe("default");
  expect(modeOf(await teamWith({ permissionMode: "plan" }), ada)).toBe("plan");
  expect(modeOf(await teamWith({ permissionMode: "acceptEdits" }), ada)).toBe("acceptEdits");
});

test("a member with plans only reads: without a task, before the verdict, and after a refusal", async () => {
  const team = await teamWith({ plan: true, permissionMode: "acceptEdits" });
  expect(modeOf(team, ada)).toBe("plan");
  await claimTask(team, ada, task(1));
  expect(modeOf(team, ada)).toBe("plan");

  await plan(team, 1, "deny");
  expect(modeOf(team, ada)).toBe("plan");
  await plan(team, 1, "allow");

  expect(modeOf(team, ada)).toBe("acceptEdits");
});

test("an approved plan opens its task only", async () => {
  const team = await teamWith({ plan: true });
  await claimTask(team, ada, task(1));
  await plan(team, 1, "allow");
  expect(modeOf(team, ada)).toBe("default");

  await claimTask(team, ada, task(2));
  expect(modeOf(team, ada)).toBe("plan");
  await releaseTask(team, ada, task(2));

  expect(modeOf(team, ada)).toBe("default");
});

test("the mode that came with the approval counts until the task is over", async () => {
  const team = await teamWith({ plan: true, permissionMode: "plan" });
  await claimTask(team, ada, task(1));
  await plan(team, 1, "allow", "acceptEdits");
  expect(modeOf(team, ada)).toBe("acceptEdits");

  await releaseTask(team, ada, task(1));

  expect(modeOf(team, ada)).toBe("plan");
});

test("a mode that came with one approval does not reach into another task", async () => {
  const team = await teamWith({ plan: true });
  await claimTask(team, ada, task(1));
  await plan(team, 1, "allow", "acceptEdits");
  await claimTask(team, ada, task(2));
  await plan(team, 2, "allow");
  expect(modeOf(team, ada)).toBe("default");

  await releaseTask(team, ada, task(2));

  expect(modeOf(team, ada)).toBe("acceptEdits");
});
