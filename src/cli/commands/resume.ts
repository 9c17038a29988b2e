import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { MemberName } from "../../protocol/names.ts";
import { BudgetArgument } from "../budget-argument.ts";
import { defineCommand } from "../command.ts";
import { nameArgument } from "../parse-input.ts";
import { withTeam } from "../team-session.ts";

export const resume = defineCommand({
  name: "resume",
  summary: "Start a team's agents again, each with its transcript, mail and tasks.",
  examples: [
    { line: "troupe resume", note: "everybody, after down or a crash", exit: 0 },
    { line: "troupe resume --only builder", note: "one who was stopped", exit: 0 },
  ],
  arguments: [["[team]", "the team"]],
  options: [
    ["--only <name>", "only this one"],
    [
      "--budget <limits>",
      "dollars that the team may spend in all, or usd=5,tokens=2M,turns=500,minutes=120; with more it goes on",
    ],
  ],
  input: z.object({
    team: z.string().optional(),
    only: nameArgument(MemberName).optional(),
    budget: BudgetArgument.optional(),
  }),
  notForAgents: true,
  run: ({ team: named, only, budget }, context) =>
    withTeam(context, named, async ({ workspace, team, me }) => {
      const { raiseBudget } = await import("../raise-budget.ts");
      if (budget !== undefined) await raiseBudget(team, me, undefined, budget);
      const { resumeTeam } = await import("../resume-team.ts");
      const { showTeam } = await import("../team-view.ts");
      await resumeTeam(workspace, team, only).catch((error: unknown) => {
        // A team that runs goes on with the new budget.
        if (budget === undefined || !isRunning(error)) throw error;
      });
      showTeam(context, team, { running: true, next: `troupe timeline --follow --team ${team.name}` });
      return 0;
    }),
});

function isRunning(error: unknown): boolean {
  return error instanceof TroupeError && error.code === "already_running";
}
