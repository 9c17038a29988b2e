import type { MemberName } from "../protocol/names.ts";
import { hasLimits, limitsOf } from "../team/budgets.ts";
import { presentMembers } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { type BudgetUse, isReached } from "./budget.ts";
import { raiseHint } from "./budget-news.ts";
import { type CallSums, followCallSums } from "./call-sums.ts";
import { type MemberStatus, roster } from "./roster.ts";
import { memberSpending, teamSpending } from "./team-spending.ts";

/** Limits that are reached, for people. */
export interface Reached {
  /** `budget reached: $5.02 of $5.00; 3 agents are paused, no work is lost` */
  readonly text: string;
  /** What to type to go on. */
  readonly hint: string;
}

/** Whoever rests may be about to begin something, in ms. */
const SETTLED_MS = 10_000;

/** Between two looks, in ms: a little less than a second, in which it is asked at least once. */
const LOOK_MS = 900;

/** The limit of the team, or else of a member, that is reached; undefined: none. */
export async function reachedBudget(team: Team, sums: CallSums): Promise<Reached | undefined> {
  const { use } = await teamSpending(team, sums);
  const paused = (await roster(team)).filter(isOutOfBudget).length;
  if (use !== undefined && isReached(use)) return reached(team, undefined, { use, paused });
  for (const member of limited(team)) {
    const own = (await memberSpending(team, sums, member)).use;
    if (own !== undefined && isReached(own)) return reached(team, member.name, { use: own, paused });
  }
  return undefined;
}

/**
 * Watches whether a budget leaves nothing more to be expected: somebody is paused by it, nobody works, and whoever is idle
 * has been so for a while. Asked at each entry, it looks about once a second.
 */
export function budgetStop(team: Team): () => Promise<Reached | undefined> {
  const sums = followCallSums(team);
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const isLimited = hasLimits(limitsOf(team.state())) || limited(team).length > 0;
    if (!isLimited || performance.now() - lookedAt < LOOK_MS) return undefined;
    lookedAt = performance.now();
    const lines = await roster(team);
    if (!lines.some(isOutOfBudget) || !lines.every((line) => rests(line, team.host.now()))) return undefined;
    return reachedBudget(team, sums);
  };
}

function isOutOfBudget({ state, waitingFor }: MemberStatus): boolean {
  return state === "paused" && waitingFor === "budget";
}

function rests({ state, backend, since }: MemberStatus, now: number): boolean {
  if (backend === "hand" || state === "paused" || state === "stopped") return true;
  // Who died and is not started again by then was given up.
  return (state === "idle" || state === "died") && now - Date.parse(since) > SETTLED_MS;
}

function limited(team: Team): readonly Member[] {
  const state = team.state();
  return presentMembers(state).filter((member) => hasLimits(limitsOf(state, member)));
}

function reached(
  team: Team,
  whose: MemberName | undefined,
  { use, paused }: { readonly use: BudgetUse; readonly paused: number },
): Reached {
  const of = whose === undefined ? "budget" : `budget of ${whose}`;
  const who = paused === 1 ? "1 agent is paused" : `${paused} agents are paused`;
  const rest = paused === 0 ? "no model call is made" : who;
  return { text: `${of} reached: ${use.text}; ${rest}, no work is lost`, hint: raiseHint(team, whose, use) };
}
