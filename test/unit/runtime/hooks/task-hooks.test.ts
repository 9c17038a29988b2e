import { expect, test } from "vitest";
import { HookPayload } from "../../../../src/protocol/hook-payloads.ts";
import { MemberName, TaskId } from "../../../../src/protocol/names.ts";
import { SILENCE } from "../../../../src/runtime/hooks/merge.ts";
import type { Hooks } from "../../../../src/runtime/hooks/open-hooks.ts";
import { type TaskHooks, taskHooks } from "../../../../src/runtime/hooks/task-hooks.ts";
import { claimTask, createTask } from "../../../../src/team/tasks.ts";
import type { Team } from "../../../../src/team/team.ts";
import { handlers, hooksOf, NEVER, saying } from "../../../support/hooks.ts";
import { memoryTeam } from "../../../support/member-memory.ts";

const ada = MemberName.parse("ada");

function tasksOf(
  team: Team,
  hooks: Pick<Hooks, "has" | "fire">,
  by: "user" | MemberName = "user",
): TaskHooks {
  return taskHooks({ hooks, team, by, report: () => undefined, onStop: () => undefined });
}

test("a refused task never exists: no entry is appended", async () => {
  const { team } = await memoryTeam(["lead"]);
  const hooks = hooksOf(handlers("TaskCreated", saying({ err: "too vague", exit: 2 })));
  const fields = { subject: "Stuff" };

  const made = await createTask(team, "user", fields, tasksOf(team, hooks).beforeCreate(fields, NEVER));

  expect(made).toEqual({ ok: false, reason: { kind: "vetoed", why: "[User] too vague" } });
  expect((await team.readOn()).tasks.size).toBe(0);
});

test("the hooks run again with the next number when another task was made meanwhile", async () => {
  const { team, view } = await memoryTeam(["lead"]);
  const other = await view("other");
  const seen: unknown[] = [];
  const fields = { subject: "Mine", description: "All of it" };
  const tasks = tasksOf(team, {
    has: () => true,
    fire: async (event, payload) => {
      seen.push([event, payload["task_id"], payload["task_description"], payload["team_name"]]);
      if (seen.length === 1) await createTask(other, "user", { subject: "Faster" });
      return SILENCE;
    },
  });

  const made = await createTask(team, "user", fields, tasks.beforeCreate(fields, NEVER));

  expect(made).toMatchObject({ ok: true, task: { id: "2", subject: "Mine" } });
  expect(seen).toEqual([
    ["TaskCreated", "1", "All of it", "demo"],
    ["TaskCreated", "2", "All of it", "demo"],
  ]);
});

test("a completion is asked about for one's own task only, and its payload fits", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  await createTask(team, "user", { subject: "Build" });
  const told: unknown[] = [];
  const tasks = tasksOf(
    team,
    {
      has: () => true,
      fire: async (event, payload) => {
        told.push({ session_id: "s", transcript_path: "/t", cwd: "/", hook_event_name: event, ...payload });
        return { ...SILENCE, block: "[User] not yet" };
      },
    },
    ada,
  );
  const first = TaskId.parse("1");

  expect(await tasks.beforeComplete(first, NEVER)).toBeUndefined();
  await claimTask(team, ada, first);
  expect(await tasks.beforeComplete(first, NEVER)).toEqual({ kind: "vetoed", why: "[User] not yet" });
  expect(told.map((payload) => HookPayload.parse(payload))).toMatchObject([
    { task_id: "1", trigger: "update", teammate_name: "ada" },
  ]);
});

test("without a hook nothing is asked", async () => {
  const { team } = await memoryTeam(["lead"]);
  const tasks = tasksOf(team, hooksOf(handlers("Stop", saying({}))));
  expect(tasks.beforeCreate({ subject: "x" }, NEVER)).toBeUndefined();
});
