import { BUDGET_PARTS, type BudgetChange } from "../protocol/budget.ts";
import { reachedBudget } from "../runtime/budget-stop.ts";
import { followCallSums } from "../runtime/call-sums.ts";
import { supervisorOf } from "../runtime/liveness.ts";
import { startTeam } from "../runtime/start-team.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { limitsOf, withChange } from "../team/budgets.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { raiseBudget } from "./raise-budget.ts";
import { warning } from "./report.ts";

/**
 * Starts the team, with the limits of `change` from now on; one that runs only gets the limits. Agents without a budget
 * rest at once: whoever starts them hears why. Throws what `startTeam` and `raiseBudget` throw.
 */
export async function startWithBudget(
  { screen }: Pick<Context, "screen">,
  workspace: Workspace,
  team: Team,
  change: BudgetChange | undefined,
): Promise<void> {
  if (change !== undefined && isNews(team, change)) await raiseBudget(team, "user", undefined, change);
  if (change === undefined || !(await isSupervised(team))) await startTeam(workspace, team);
  const reached = await reachedBudget(team, followCallSums(team));
  if (reached !== undefined) screen.say(...warning(`${reached.text}; ${reached.hint}`));
}

/** A team that was just made has these limits by its settings. */
function isNews(team: Team, change: BudgetChange): boolean {
  const limits = limitsOf(team.state());
  return BUDGET_PARTS.some((part) => withChange(limits, change)[part] !== limits[part]);
}

async function isSupervised(team: Team): Promise<boolean> {
  const supervisor = await supervisorOf(team);
  return supervisor !== undefined && supervisor.verdict !== "dead";
}
