import type { CallLeave } from "../agent/loop-deps.ts";
import type { MemberName } from "../protocol/names.ts";
import { hasLimits, limitsOf } from "../team/budgets.ts";
import { memberNamed } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { isReached } from "./budget.ts";
import { budgetOf, tellSpending } from "./budget-news.ts";
import type { CallSums } from "./call-sums.ts";
import { isTrouble } from "./member-trouble.ts";
import { memberSpending, teamSpending } from "./team-spending.ts";

export interface Looker {
  readonly me: MemberName;
  readonly sums: CallSums;
  readonly onTrouble: (error: unknown) => void;
}

/** Whether `me` may make a model call: by the limits of the team, and by its own. What cannot be looked up is not spent. Never rejects. */
export async function callLeave(team: Team, looker: Looker): Promise<CallLeave> {
  try {
    return (
      (await lookFrom(team, looker, undefined)) ?? (await lookFrom(team, looker, looker.me)) ?? { go: true }
    );
  } catch (error) {
    if (!isTrouble(error)) throw error;
    looker.onTrouble(error);
    return { go: false, why: `the budget cannot be looked up: ${error.message}` };
  }
}

/** Of the member `whose`, or of the team. Undefined: something is left. */
async function lookFrom(
  team: Team,
  { me, sums, onTrouble }: Looker,
  whose: MemberName | undefined,
): Promise<CallLeave | undefined> {
  const state = team.state();
  const member = whose === undefined ? undefined : memberNamed(state, whose);
  if (!hasLimits(limitsOf(state, member))) return undefined;
  const { use } =
    member === undefined ? await teamSpending(team, sums) : await memberSpending(team, sums, member);
  if (use === undefined) return undefined;
  await tellSpending(team, me, whose, use).catch(onTrouble);
  return isReached(use) ? { go: false, why: `${budgetOf(whose)} is reached: ${use.text}` } : undefined;
}
