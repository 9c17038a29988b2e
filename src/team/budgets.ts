import { BUDGET_PARTS, type Budget, type BudgetChange } from "../protocol/budget.ts";
import type { Actor, MemberName } from "../protocol/names.ts";
import type { Member, TeamState } from "./state.ts";
import type { Outcome, Team } from "./team.ts";

/** The limits that hold now, of the member or of the team. */
export function limitsOf(state: TeamState, member?: Member): Budget {
  if (member !== undefined) return member.budget ?? member.definition.budget ?? {};
  return state.team?.budget ?? state.team?.settings.budget ?? {};
}

export function hasLimits(limits: Budget): boolean {
  return BUDGET_PARTS.some((part) => limits[part] !== undefined);
}

/** Sets limits of the team, or of one member, from now on. Refused as `unknown_member`, `not_allowed`, `no_news`. */
export function setBudget(
  team: Team,
  by: Actor,
  member: MemberName | undefined,
  change: BudgetChange,
): Promise<Outcome> {
  return team.commit({ op: "budget", by, ...(member !== undefined && { member }), ...change });
}

/** The limits behind a change: null has taken one away. */
export function withChange(limits: Budget = {}, change: BudgetChange): Budget {
  const next: Record<string, unknown> = { ...limits };
  for (const part of BUDGET_PARTS) {
    const value = change[part];
    if (value === null) delete next[part];
    else if (value !== undefined) next[part] = value;
  }
  return next;
}
