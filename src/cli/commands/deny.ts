import { z } from "zod";
import { defineCommand } from "../command.ts";

export const deny = defineCommand({
  name: "deny",
  summary: "Refuse what an agent asks, and say what to do instead.",
  examples: [
    {
      line: 'troupe deny a_19 --note "use the test database"',
      note: "the agent reads the note and goes on",
      exit: 3,
    },
    {
      line: 'troupe deny 20 --note "no new dependency" --json',
      note: "a plan goes back to its author",
      exit: 3,
    },
    { line: "troupe deny 19", note: "exit 2: a refusal needs a note", exit: 2 },
  ],
  arguments: [["<ids...>", "questions: a_19 or 19"]],
  options: [
    ["--note <text>", "why, or what to do instead; needed"],
    ["--always <rule>", "deny this permission rule from now on, in .claude/settings.local.json"],
  ],
  input: z.object({
    ids: z.array(z.string()).readonly(),
    note: z
      .string("a refusal needs a note: what should the agent do instead?")
      .trim()
      .min(1, "it is empty")
      .max(16_384, "at most 16384 characters"),
    always: z.string().trim().min(1, "it is empty").max(16_384, "at most 16384 characters").optional(),
  }),
  notForAgents: true,
  run: async ({ ids, ...decision }, context) => {
    const { answerApprovals } = await import("../answer-approvals.ts");
    return answerApprovals(context, ids, { verdict: "deny", ...decision });
  },
});
