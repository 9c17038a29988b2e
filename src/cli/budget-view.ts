import { isReached, limitsText } from "../runtime/budget.ts";
import { reachedBudget } from "../runtime/budget-stop.ts";
import { followCallSums } from "../runtime/call-sums.ts";
import {
  type BudgetStatus,
  budgetStatus,
  memberSpending,
  type Spending,
  teamSpending,
} from "../runtime/team-spending.ts";
import { presentMembers } from "../team/derive.ts";
import type { Team } from "../team/team.ts";

export interface BudgetView {
  /** Of the team; null: it has no limit. */
  readonly budget: BudgetStatus | null;
  /** For people: `$4.02 of $5.00 (80 %)`; null without a limit. */
  readonly text: string | null;
  /** Limits that are reached, or nearly. */
  readonly warnings: readonly string[];
}

const WARN = 0.8;

/** What the team may spend, and what it has spent. */
export async function lookAtBudget(team: Team): Promise<BudgetView> {
  const sums = followCallSums(team);
  const whole = await teamSpending(team, sums);
  const reached = await reachedBudget(team, sums);
  const warnings: string[] = reached === undefined ? [] : [`${reached.text}; ${reached.hint}`];
  if (isNear(whole)) warnings.push(`the team's budget is nearly used: ${textOf(whole)}`);
  for (const member of presentMembers(team.state())) {
    const own = await memberSpending(team, sums, member);
    if (isNear(own)) warnings.push(`the budget of ${member.name} is nearly used: ${textOf(own)}`);
  }
  return { budget: budgetStatus(whole), text: whole.use === undefined ? null : textOf(whole), warnings };
}

function isNear({ use }: Spending): boolean {
  return use !== undefined && use.used >= WARN && !isReached(use);
}

function textOf({ use, limits }: Spending): string {
  return use === undefined ? limitsText(limits) : `${use.text} (${Math.floor(use.used * 100)} %)`;
}
