import { z } from "zod";
import { PermissionMode } from "../../protocol/permissions.ts";
import { BudgetArgument } from "../budget-argument.ts";
import { defineCommand } from "../command.ts";
import { Duration } from "../durations.ts";
import { countArgument } from "../parse-input.ts";
import { MAX_SIZE } from "../plan-team.ts";

export const run = defineCommand({
  name: "run",
  summary: "Run a team until its goal is reached, without a screen, then stop it.",
  examples: [
    {
      line: 'troupe run -p "A parser with tests"',
      note: "a new team, a plain log, the lead's report",
      exit: 0,
    },
    { line: 'troupe run -p "Fix the tests" --timeout 2h --json', note: "one object a line", exit: 0 },
  ],
  options: [
    ["-p, --prompt <goal>", "what the team is to reach; the team file's goal unless given"],
    ["-f, --file <file>", "the team file; .claude/team.json unless given"],
    ["--size <n>", `teammates beside the lead, where no file names them (1 to ${MAX_SIZE})`],
    ["--model <model>", "for all members"],
    [
      "--budget <limits>",
      "dollars that the team may spend in all, or usd=5,tokens=2M,turns=500,minutes=120; with more it goes on",
    ],
    ["--permission-mode <mode>", "what runs without a question, for all members: acceptEdits, dontAsk, …"],
    ["--timeout <time>", "give up after 30m, 2h; exit 124"],
    [
      "--answer-within <time>",
      "how long a question waits for troupe approve or deny before it counts as denied; unless given: for ever on a terminal, else not at all",
    ],
  ],
  input: z.object({
    prompt: z.string().trim().min(1, "a goal is needed").optional(),
    file: z.string().optional(),
    size: countArgument(MAX_SIZE).optional(),
    budget: BudgetArgument.optional(),
    permissionMode: PermissionMode.optional(),
    model: z.string().trim().min(1, "it is empty").max(200, "at most 200 characters").optional(),
    timeout: Duration.optional(),
    answerWithin: Duration.optional(),
  }),
  notForAgents: true,
  run: async ({ prompt, timeout, answerWithin, ...wishes }, context, signal) => {
    const { runHeadless } = await import("../run-headless.ts");
    // Without a terminal nobody reads the question.
    const answerWithinMs = answerWithin ?? (context.screen.width === undefined ? 0 : undefined);
    return runHeadless({ context, ...wishes, goal: prompt, timeoutMs: timeout, answerWithinMs }, signal);
  },
});
