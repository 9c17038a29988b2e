import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { TaskListArgument, taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

const On = z.string("give numbers: --on 3,4").pipe(TaskListArgument);

export const taskBlock = defineCommand({
  name: "block",
  summary: "Let a task wait for others.",
  examples: [
    { line: "troupe task block 4 --on 1", note: "#4 may be claimed once #1 is done", exit: 0 },
    { line: "troupe task block 1 --on 1", note: "exit 5: nothing waits for itself", exit: 5 },
  ],
  arguments: [["<id>", "number of the task that waits"]],
  options: [["--on <tasks>", "numbers that must be done before: 3,4"]],
  input: z.object({ id: taskArgument(TaskId), on: On }),
  run: ({ id, on }, context) =>
    changeTask(context, {
      done: "blocked",
      change: async ({ team, me }) => {
        const { blockTask } = await import("../../../team/tasks.ts");
        return blockTask(team, me, id, on);
      },
    }),
});

export const taskUnblock = defineCommand({
  name: "unblock",
  summary: "Let a task wait for others no longer.",
  examples: [{ line: "troupe task unblock 4 --on 2", note: "#4 may be claimed before #2 is done", exit: 0 }],
  arguments: [["<id>", "number of the task that waits"]],
  options: [["--on <tasks>", "numbers it need not wait for: 3,4"]],
  input: z.object({ id: taskArgument(TaskId), on: On }),
  run: ({ id, on }, context) =>
    changeTask(context, {
      done: "unblocked",
      change: async ({ team, me }) => {
        const { unblockTask } = await import("../../../team/tasks.ts");
        return unblockTask(team, me, id, on);
      },
    }),
});
