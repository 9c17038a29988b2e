import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

export const taskRm = defineCommand({
  name: "rm",
  summary: "Take a task off the list; its number is not used again.",
  examples: [
    { line: "troupe task rm 4", note: "what waited for it waits no longer", exit: 0 },
    { line: "troupe task rm 2 --force", note: "though somebody works on it", exit: 0 },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [["--force", "though somebody works on it (people only)"]],
  input: z.object({ id: taskArgument(TaskId), force: z.boolean().default(false) }),
  run: ({ id, force }, context) =>
    changeTask(context, {
      done: "deleted",
      change: async ({ team, me }) => {
        const { deleteTask } = await import("../../../team/tasks.ts");
        return deleteTask(team, me, id, { force });
      },
    }),
});
