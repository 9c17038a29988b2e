import { z } from "zod";
import { MemberName } from "../../../protocol/names.ts";
import { BudgetArgument } from "../../budget-argument.ts";
import { defineCommand } from "../../command.ts";
import { nameArgument } from "../../parse-input.ts";
import { styled } from "../../piece.ts";
import { withTeam } from "../../team-session.ts";

export const agentBudget = defineCommand({
  name: "budget",
  summary: "Set how much an agent may spend, all its lives together; with more it goes on where it was.",
  examples: [
    { line: "troupe agent budget builder 5", note: "dollars; the team's: troupe up --budget 5", exit: 0 },
    { line: "troupe agent budget builder tokens=2M,turns=500", note: "turns are model calls", exit: 0 },
    { line: "troupe agent budget builder usd=none", note: "no limit in dollars any more", exit: 0 },
  ],
  arguments: [
    ["<name>", "the member"],
    ["<limits>", "dollars, or usd=, tokens=, turns=, minutes= with commas; none takes one away"],
  ],
  input: z.object({ name: nameArgument(MemberName), limits: BudgetArgument }),
  notForAgents: true,
  run: ({ name, limits }, context) =>
    withTeam(context, undefined, async ({ team, me }) => {
      const { limitsOf } = await import("../../../team/budgets.ts");
      const { limitsText } = await import("../../../runtime/budget.ts");
      const { memberNamed } = await import("../../../team/derive.ts");
      const { roster } = await import("../../../runtime/roster.ts");
      const { partyNamed } = await import("../../party-named.ts");
      const { AgentOutput } = await import("../../output.ts");
      const { raiseBudget } = await import("../../raise-budget.ts");
      const target = MemberName.parse(partyNamed(await team.readOn(), name));
      await raiseBudget(team, me, target, limits);
      const { flags, screen } = context;
      const line = (await roster(team)).find((one) => one.name === target);
      if (flags.json) screen.json("AgentOutput", AgentOutput.parse(line));
      else
        screen.line(
          styled("bold", target),
          ` may spend ${limitsText(limitsOf(team.state(), memberNamed(team.state(), target)))}`,
        );
      return 0;
    }),
});
