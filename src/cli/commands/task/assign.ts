import { z } from "zod";
import { Party, TaskId } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { nameArgument, taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

export const taskAssign = defineCommand({
  name: "assign",
  summary: "Keep a task for one member, or take it from its owner.",
  examples: [
    { line: "troupe task assign 1 --to builder", note: "only builder may claim it", exit: 0 },
    { line: "troupe task assign 1 --to me --force", note: "take it over from whoever has it", exit: 0 },
    { line: "troupe task assign 1 --to nobody", note: "anybody may claim it again", exit: 0 },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [
    ["--to <name>", "a member, me, or nobody"],
    ["--force", "end the claim of whoever works on it (people only)"],
  ],
  input: z.object({
    id: taskArgument(TaskId),
    to: z.string("give a name: --to NAME").pipe(nameArgument(z.union([z.enum(["me", "nobody"]), Party]))),
    force: z.boolean().default(false),
  }),
  run: ({ id, to, force }, context) =>
    changeTask(context, {
      done: to === "nobody" ? "freed" : "assigned",
      change: async ({ team, me }) => {
        const { assignTask } = await import("../../../team/tasks.ts");
        const target = to === "me" ? me : to;
        return assignTask(team, me, id, { to: target === "nobody" ? null : target, force });
      },
      next: ({ id: number }) => `troupe task show ${number}`,
    }),
});
