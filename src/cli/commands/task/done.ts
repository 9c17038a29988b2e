import { z } from "zod";
import { type MemberName, TaskId } from "../../../protocol/names.ts";
import type { Verify } from "../../../runtime/verify.ts";
import type { Team } from "../../../team/team.ts";
import { type Context, defineCommand } from "../../command.ts";
import { textOf } from "../../input-text.ts";
import { taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

/** What must be done before, in the examples. */
const CLAIMED = ["troupe task claim 1"];

export const taskDone = defineCommand({
  name: "done",
  summary: "Say that a task of yours is done.",
  examples: [
    { line: "troupe task done 1", note: "a task you have claimed", exit: 0, given: CLAIMED },
    {
      line: 'troupe task done 1 --result "12 tests pass"',
      note: "with a word for those who come after",
      exit: 0,
      given: CLAIMED,
    },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [["--result <text>", "what came out; - reads stdin"]],
  input: z.object({
    id: taskArgument(TaskId),
    result: z
      .string()
      .max(64 * 1024)
      .optional(),
  }),
  run: ({ id, result }, context, signal) =>
    changeTask(context, {
      done: "done",
      change: async ({ team, me }) => {
        const { completeTask } = await import("../../../team/tasks.ts");
        const { openPartyHooks } = await import("../../../runtime/hooks/party-hooks.ts");
        const text = result === undefined ? undefined : await textOf([result], context.io.stdin, signal);
        const hooks = await openPartyHooks(team, me, context.screen.say);
        // A person's word stands.
        const verify = me === "user" ? undefined : await verifyOf(context, team, me);
        const { verified, refusal } = (await verify?.(id, signal)) ?? { verified: [] };
        const reason = refusal ?? (await hooks.beforeComplete(id, signal));
        const done = { result: text, verified };
        return reason === undefined ? completeTask(team, me, id, done) : { ok: false, reason };
      },
      next: () => "troupe task claim",
    }),
});

/** As the shell runs it in which the member works. What a model wrote is not run in a person's shell. */
async function verifyOf({ host }: Context, team: Team, me: MemberName): Promise<Verify> {
  const { openVerify } = await import("../../../runtime/verify.ts");
  const { shellEnv } = await import("../../../runtime/child-env.ts");
  const { memberNamed } = await import("../../../team/derive.ts");
  const { team: facts } = team.state();
  const dir = memberNamed(team.state(), me)?.definition.dir ?? facts?.dir ?? host.cwd;
  const reach = { dir, env: shellEnv(host.env) };
  const look = `look at it first: run it yourself, or let the user say that the task is done`;
  return openVerify({
    team,
    me,
    reach: () => Promise.resolve(reach),
    mayRun: () => Promise.resolve({ allowed: false, reason: look }),
  });
}

export const taskFail = defineCommand({
  name: "fail",
  summary: "Give up a task of yours, with the reason.",
  examples: [
    {
      line: 'troupe task fail 1 --reason "the grammar is ambiguous"',
      note: "the lead is told",
      exit: 0,
      given: CLAIMED,
    },
    { line: "troupe task fail 1", note: "exit 2: a reason is needed", exit: 2 },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [["--reason <text>", "why; - reads stdin"]],
  input: z.object({
    id: taskArgument(TaskId),
    reason: z
      .string("say why: --reason TEXT")
      .trim()
      .min(1, "say why")
      .max(16 * 1024),
  }),
  run: ({ id, reason }, context, signal) =>
    changeTask(context, {
      done: "failed",
      change: async ({ team, me }) => {
        const { failTask } = await import("../../../team/tasks.ts");
        return failTask(team, me, id, await textOf([reason], context.io.stdin, signal));
      },
      next: ({ id: number }) => `troupe task reopen ${number}`,
    }),
});
