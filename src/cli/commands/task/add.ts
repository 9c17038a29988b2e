import { z } from "zod";
import { VerifySettings } from "../../../protocol/entries.ts";
import { MemberName, Role, TaskId } from "../../../protocol/names.ts";
import { given } from "../../../runtime/given.ts";
import { defineCommand } from "../../command.ts";
import { textOf } from "../../input-text.ts";
import { IntegerArgument, nameArgument, TaskListArgument, taskArgument } from "../../parse-input.ts";
import { changeTask } from "../../task-change.ts";

export const taskAdd = defineCommand({
  name: "add",
  summary: "Add a task to the list.",
  examples: [
    { line: 'troupe task add "Write the parser"', note: "anybody may claim it", exit: 0 },
    {
      line: 'troupe task add "Review the parser" --blocked-by 1 --role review',
      note: "later, for one role",
      exit: 0,
    },
    {
      line: 'troupe task add "Fuzzer" --assign builder --priority 5',
      note: "for one member, before others",
      exit: 0,
    },
    { line: 'troupe task add "Fix the build" --verify "npm test"', note: "done when that passes", exit: 0 },
  ],
  arguments: [["<subject...>", "what is to be done, in a few words"]],
  options: [
    ["--description <text>", "all that its owner must know; - reads stdin"],
    ["--blocked-by <tasks>", "numbers that must be done before: 3,4"],
    ["--role <role>", "only members with this role may claim it"],
    ["--assign <name>", "only this member may claim it"],
    ["--priority <n>", "larger comes first; 0 unless given"],
    ["--parent <task>", "the task it is a part of"],
    ["--verify <command>", "a line of bash that has to pass before it counts as done"],
    ["--active-form <text>", "as it reads while somebody works on it: Writing the parser"],
  ],
  input: z.object({
    subject: z
      .array(z.string())
      .transform((words) => words.join(" ").trim())
      .pipe(z.string().min(1, "a task needs a subject").max(300, "at most 300 characters")),
    description: z
      .string()
      .max(64 * 1024)
      .optional(),
    blockedBy: TaskListArgument.optional(),
    role: nameArgument(Role).optional(),
    assign: nameArgument(MemberName).optional(),
    priority: IntegerArgument.optional(),
    parent: taskArgument(TaskId).optional(),
    verify: VerifySettings.shape.command.transform((command) => ({ command })).optional(),
    activeForm: z.string().max(300, "at most 300 characters").optional(),
  }),
  run: ({ description, assign, ...fields }, context, signal) =>
    changeTask(context, {
      done: "added",
      change: async ({ team, me }) => {
        const { createTask } = await import("../../../team/tasks.ts");
        const { openPartyHooks } = await import("../../../runtime/hooks/party-hooks.ts");
        const text =
          description === undefined ? undefined : await textOf([description], context.io.stdin, signal);
        const { subject, ...rest } = fields;
        const task = { subject, ...given({ ...rest, description: text, assignee: assign }) };
        const hooks = await openPartyHooks(team, me, context.screen.say);
        return createTask(team, me, task, hooks.beforeCreate(task, signal));
      },
      next: ({ id }) => `troupe task show ${id}`,
    }),
});
