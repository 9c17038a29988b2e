import type { Budget, BudgetPart } from "../protocol/budget.ts";
import { type MemberName, sameName } from "../protocol/names.ts";
import { limitsOf } from "../team/budgets.ts";
import type { Member, Ran } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { type BudgetUse, isReached, mostUsed, type Spent } from "./budget.ts";
import type { CallSum, CallSums } from "./call-sums.ts";

/** What is spent, beside the limits of those who have any. */
export interface Spending {
  readonly limits: Budget;
  readonly spent: Spent;
  /** Of the limit that is nearest to its end; undefined without a limit. */
  readonly use: BudgetUse | undefined;
}

/** The same for programs: limits, null where there is none, and what was spent. */
export type BudgetStatus = { readonly [P in BudgetPart]: number | null } & {
  /** Of the limit that is nearest to its end; 1 = all of it. */
  readonly used: number;
  readonly reached: boolean;
  readonly spent: Spent;
};

/** Null without a limit. */
export function budgetStatus({ limits, spent, use }: Spending): BudgetStatus | null {
  if (use === undefined) return null;
  const { usd = null, tokens = null, turns = null, minutes = null } = limits;
  return { usd, tokens, turns, minutes, used: use.used, reached: isReached(use), spent };
}

const MINUTE_MS = 60_000;

/** Of the whole team, those who left included: the sum over the logs of all its agents. */
export async function teamSpending(team: Team, sums: CallSums): Promise<Spending> {
  const state = team.state();
  const all: CallSum[] = [];
  for (const { name } of state.members.values()) all.push(await sums.of(name));
  return spendingOf(team, limitsOf(state), { calls: all, ran: state.team?.ran });
}

export async function memberSpending(team: Team, sums: CallSums, member: Member): Promise<Spending> {
  const calls = [await sums.of(member.name)];
  return spendingOf(team, limitsOf(team.state(), member), { calls, ran: member.ran });
}

/** Sums of others are read from their logs, those of `me` are at hand: what is in flight to the disk counts already. */
export function withOwn(sums: CallSums, me: MemberName, own: () => CallSum): CallSums {
  return { of: async (member) => (sameName(member, me) ? own() : sums.of(member)) };
}

function spendingOf(
  { host }: Pick<Team, "host">,
  limits: Budget,
  { calls, ran }: { readonly calls: readonly CallSum[]; readonly ran: Ran | undefined },
): Spending {
  const sum = (of: (one: CallSum) => number): number => calls.reduce((total, one) => total + of(one), 0);
  const spent: Spent = {
    usd: sum(({ usd }) => usd),
    tokens: sum(({ tokens }) => tokens),
    turns: sum(({ turns }) => turns),
    minutes: ranMs(ran, host.now()) / MINUTE_MS,
  };
  return { limits, spent, use: mostUsed(limits, spent) };
}

/** A clock that was put back makes no time that has passed come again. */
function ranMs(ran: Ran | undefined, now: number): number {
  const past = (ran?.stretches ?? []).map(([from, to]) => Date.parse(to) - Date.parse(from));
  const last = ran?.since === undefined ? 0 : now - Date.parse(ran.since);
  return [...past, last].reduce((sum, ms) => sum + (ms > 0 ? ms : 0), 0);
}
