import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

export const taskClaim = defineCommand({
  name: "claim",
  summary: "Claim a task for yourself, or the next one you may take.",
  examples: [
    { line: "troupe task claim", note: "the first one you may take", exit: 0 },
    { line: "troupe task claim 1", note: "this one; exit 5 when somebody else has it", exit: 0 },
    { line: "troupe task claim 1 --json", note: "the task, or an error object", exit: 0 },
  ],
  arguments: [["[id]", "number of the task"]],
  input: z.object({ id: taskArgument(TaskId).optional() }),
  run: ({ id }, context) =>
    changeTask(context, {
      done: "claimed",
      change: async ({ team, me }) => {
        const { claimNext, claimTask } = await import("../../../team/tasks.ts");
        return id === undefined ? claimNext(team, me) : claimTask(team, me, id);
      },
      next: ({ id: number }) => `troupe task done ${number}`,
    }),
});
