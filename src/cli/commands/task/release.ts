import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import { given } from "../../../runtime/given.ts";
import { defineCommand } from "../../command.ts";
import { taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

const Note = z
  .string()
  .trim()
  .min(1, "it is empty")
  .max(16 * 1024);

/** What must be done before, in the examples. */
const CLAIMED = ["troupe task claim 1"];
const DONE = ["troupe task claim 2", "troupe task done 2"];

export const taskRelease = defineCommand({
  name: "release",
  summary: "Give a task of yours back, for somebody else to claim.",
  examples: [
    { line: "troupe task release 1", note: "nobody works on it now", exit: 0, given: CLAIMED },
    {
      line: 'troupe task release 1 --note "lexer done, parser not begun"',
      note: "with a word for the next",
      exit: 0,
      given: CLAIMED,
    },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [["--note <text>", "what the next one should know"]],
  input: z.object({ id: taskArgument(TaskId), note: Note.optional() }),
  run: ({ id, note }, context) =>
    changeTask(context, {
      done: "released",
      change: async ({ team, me }) => {
        const { releaseTask } = await import("../../../team/tasks.ts");
        return releaseTask(team, me, id, given({ note }));
      },
      next: () => "troupe task claim",
    }),
});

export const taskReopen = defineCommand({
  name: "reopen",
  summary: "Make a done, failed or held task open again.",
  examples: [
    { line: "troupe task reopen 2", note: "somebody may claim it again", exit: 0, given: DONE },
    {
      line: 'troupe task reopen 2 --note "3-(-2) gives 1"',
      note: "and what is wrong with it",
      exit: 0,
      given: DONE,
    },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [["--note <text>", "what is wrong with it"]],
  input: z.object({ id: taskArgument(TaskId), note: Note.optional() }),
  run: ({ id, note }, context) =>
    changeTask(context, {
      done: "reopened",
      change: async ({ team, me }) => {
        const { reopenTask } = await import("../../../team/tasks.ts");
        return reopenTask(team, me, id, note);
      },
      next: ({ id: number }) => `troupe task show ${number}`,
    }),
});
