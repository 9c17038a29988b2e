import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { textOf } from "../../input-text.ts";
import { taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

export const taskNote = defineCommand({
  name: "note",
  summary: "Write a note on a task.",
  examples: [
    { line: 'troupe task note 1 "see docs/grammar.md"', note: "everybody sees it", exit: 0 },
    { line: "troupe task note 1 -", note: "the text comes from stdin", exit: 0 },
  ],
  arguments: [
    ["<id>", "number of the task"],
    ["<text...>", "the note; - reads stdin"],
  ],
  input: z.object({ id: taskArgument(TaskId), text: z.array(z.string()).readonly() }),
  run: ({ id, text }, context, signal) =>
    changeTask(context, {
      done: "noted on",
      change: async ({ team, me }) => {
        const { noteTask } = await import("../../../team/tasks.ts");
        return noteTask(team, me, id, await textOf(text, context.io.stdin, signal));
      },
    }),
});
