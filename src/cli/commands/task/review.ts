import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import { given } from "../../../runtime/given.ts";
import { defineCommand } from "../../command.ts";
import { taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

/** Somebody else has done it, in the examples: nobody reviews their own work. */
const BUILDER = "TROUPE_TEAM=parser-build TROUPE_AGENT=builder";
const DONE = [`${BUILDER} troupe task claim 5`, `${BUILDER} troupe task done 5`];

export const taskReview = defineCommand({
  name: "review",
  summary: "Pass a task that waits for review, or return it.",
  examples: [
    { line: "troupe task review 5 --pass", note: "it is done", exit: 0, given: DONE },
    {
      line: 'troupe task review 5 --return --note "no test for 1/0"',
      note: "somebody claims it again",
      exit: 0,
      given: DONE,
    },
    { line: "troupe task review 5", note: "exit 2: say which", exit: 2 },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [
    ["--pass", "it is done"],
    ["--return", "it is not; it may be claimed again"],
    ["--note <text>", "what you saw"],
  ],
  input: z
    .object({
      id: taskArgument(TaskId),
      pass: z.boolean().default(false),
      return: z.boolean().default(false),
      note: z
        .string()
        .trim()
        .min(1, "it is empty")
        .max(16 * 1024)
        .optional(),
    })
    .refine((input) => input.pass !== input.return, {
      message: "say one of --pass and --return",
      path: ["pass"],
    }),
  run: ({ id, pass, note }, context) =>
    changeTask(context, {
      done: pass ? "passed" : "returned",
      change: async ({ team, me }) => {
        const { reviewTask } = await import("../../../team/tasks.ts");
        const verdict = pass ? "passed" : "returned";
        return reviewTask(team, me, id, { verdict, ...given({ note }) });
      },
    }),
});
