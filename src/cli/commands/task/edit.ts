import { z } from "zod";
import { TroupeError } from "../../../base/errors.ts";
import { VerifySettings } from "../../../protocol/entries.ts";
import { Role, TaskId } from "../../../protocol/names.ts";
import { given } from "../../../runtime/given.ts";
import { defineCommand } from "../../command.ts";
import { textOf } from "../../input-text.ts";
import { IntegerArgument, nameArgument, taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

/** false: none any more. */
function verifyOf(verify: string | false | undefined): VerifySettings | null | undefined {
  if (verify === undefined) return undefined;
  return verify === false ? null : { command: verify };
}

export const taskEdit = defineCommand({
  name: "edit",
  summary: "Change what a task says, who may claim it and what it has to pass.",
  examples: [
    { line: 'troupe task edit 1 --verify "npm test"', note: "done when that passes", exit: 0 },
    { line: "troupe task edit 1 --no-verify --priority 5", note: "no longer; before others", exit: 0 },
    { line: "troupe task edit 1", note: "exit 2: there is nothing to change", exit: 2 },
  ],
  arguments: [["<id>", "number of the task"]],
  options: [
    ["--subject <text>", "what is to be done, in a few words"],
    ["--description <text>", "all that its owner must know; - reads stdin"],
    ["--role <role>", "only members with this role may claim it"],
    ["--no-role", "everybody may claim it"],
    ["--priority <n>", "larger comes first"],
    ["--verify <command>", "a line of bash that has to pass before it counts as done"],
    ["--no-verify", "only what the team wants has to pass"],
  ],
  input: z.object({
    id: taskArgument(TaskId),
    subject: z.string().trim().min(1, "it is empty").max(300, "at most 300 characters").optional(),
    description: z
      .string()
      .max(64 * 1024)
      .optional(),
    role: z.union([z.literal(false), nameArgument(Role)]).optional(),
    priority: IntegerArgument.optional(),
    verify: z.union([z.literal(false), VerifySettings.shape.command]).optional(),
  }),
  run: ({ id, description, role, verify, ...rest }, context, signal) =>
    changeTask(context, {
      done: "changed",
      change: async ({ team, me }) => {
        const { updateTask } = await import("../../../team/tasks.ts");
        const fields = given({
          ...rest,
          description:
            description === undefined ? undefined : await textOf([description], context.io.stdin, signal),
          role: role === false ? null : role,
          verify: verifyOf(verify),
        });
        if (Object.keys(fields).length === 0)
          throw new TroupeError("usage", "there is nothing to change", { hint: "troupe task edit --help" });
        return updateTask(team, me, id, fields);
      },
      next: ({ id: number }) => `troupe task show ${number}`,
    }),
});
