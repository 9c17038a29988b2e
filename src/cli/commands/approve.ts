import { z } from "zod";
import { PermissionMode } from "../../protocol/permissions.ts";
import { defineCommand } from "../command.ts";

export const approve = defineCommand({
  name: "approve",
  summary: "Allow what an agent asks: run a command, go on with a plan.",
  examples: [
    { line: "troupe approve a_19", note: "as troupe approvals names it; 19 is the same", exit: 3 },
    {
      line: 'troupe approve 19 20 --note "but keep the old API"',
      note: "several, with a word to each",
      exit: 3,
    },
    {
      line: 'troupe approve 19 --always "Bash(npm run build)"',
      note: "and keep the rule for this folder",
      exit: 3,
    },
    { line: "troupe approve 20 --mode acceptEdits", note: "the mode a plan goes on in", exit: 3 },
  ],
  arguments: [["<ids...>", "questions: a_19 or 19"]],
  options: [
    ["--note <text>", "what the agent is told beside the answer"],
    ["--always <rule>", "keep this permission rule in .claude/settings.local.json of the team's folder"],
    ["--mode <mode>", `for the rest of the task: ${PermissionMode.options.join(", ")}`],
  ],
  input: z.object({
    ids: z.array(z.string()).readonly(),
    note: z.string().trim().min(1, "it is empty").max(16_384, "at most 16384 characters").optional(),
    always: z.string().trim().min(1, "it is empty").max(16_384, "at most 16384 characters").optional(),
    mode: PermissionMode.optional(),
  }),
  notForAgents: true,
  run: async ({ ids, ...decision }, context) => {
    const { answerApprovals } = await import("../answer-approvals.ts");
    return answerApprovals(context, ids, { verdict: "allow", ...decision });
  },
});
