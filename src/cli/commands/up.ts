import { z } from "zod";
import { PermissionMode } from "../../protocol/permissions.ts";
import { BudgetArgument } from "../budget-argument.ts";
import { defineCommand } from "../command.ts";
import { countArgument } from "../parse-input.ts";
import { MAX_SIZE } from "../plan-team.ts";

export const up = defineCommand({
  name: "up",
  summary: "Start a team: make it when it is new, start its agents, and show what happens until Ctrl-C.",
  examples: [
    { line: 'troupe up "A parser with tests"', note: "a lead and three teammates", exit: 0 },
    { line: "troupe up --detach", note: "the team of .claude/team.json, in the background", exit: 0 },
    { line: "troupe up --budget 10", note: "ten dollars in all; a team that was paused goes on", exit: 0 },
    { line: "troupe up -f other.json --team two", note: "another file, another name", exit: 0 },
  ],
  arguments: [["[goal...]", "what the team is to reach"]],
  options: [
    ["-f, --file <file>", "the team file; .claude/team.json unless given"],
    ["--size <n>", `teammates beside the lead, where no file names them (1 to ${MAX_SIZE})`],
    ["--model <model>", "for all members"],
    [
      "--budget <limits>",
      "dollars that the team may spend in all, or usd=5,tokens=2M,turns=500,minutes=120; with more it goes on",
    ],
    ["--permission-mode <mode>", "what runs without a question, for all members: acceptEdits, dontAsk, …"],
    ["--detach", "come back at once; the team goes on"],
  ],
  input: z.object({
    goal: z.array(z.string()).transform((words) => words.join(" ").trim()),
    file: z.string().optional(),
    size: countArgument(MAX_SIZE).optional(),
    budget: BudgetArgument.optional(),
    permissionMode: PermissionMode.optional(),
    model: z.string().trim().min(1, "it is empty").max(200, "at most 200 characters").optional(),
    detach: z.boolean().default(false),
  }),
  notForAgents: true,
  run: async ({ goal, ...wishes }, context, signal) => {
    const { bringUp } = await import("../bring-up.ts");
    return bringUp({ context, ...wishes, goal: goal === "" ? undefined : goal }, signal);
  },
});
