import type { BudgetChange } from "../protocol/budget.ts";
import type { MemberName, Party } from "../protocol/names.ts";
import { limitsOf, setBudget, withChange } from "../team/budgets.ts";
import { memberNamed } from "../team/derive.ts";
import type { TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { refuseUnpriced, workersOf } from "./refuse-unpriced.ts";
import { refused } from "./team-session.ts";

/** New limits of the team, or of one member. Throws `usage` for dollars that cannot be counted, and what the rules refuse. */
export async function raiseBudget(
  team: Team,
  by: Party,
  member: MemberName | undefined,
  change: BudgetChange,
): Promise<void> {
  const state = await team.readOn();
  if (typeof change.usd === "number") refuseUncounted(state, member, change);
  const outcome = await setBudget(team, by, member, change);
  if (!outcome.ok) throw await refused(outcome.reason, team.state());
}

function refuseUncounted(state: TeamState, member: MemberName | undefined, change: BudgetChange): void {
  const workers = workersOf(state);
  if (member === undefined) refuseUnpriced(workers, withChange(limitsOf(state), change));
  else {
    const budget = withChange(limitsOf(state, memberNamed(state, member)), change);
    refuseUnpriced(workers.filter(({ name }) => name === member).map((worker) => ({ ...worker, budget })));
  }
}
