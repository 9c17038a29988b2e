import type { EntryId, Party } from "../protocol/names.ts";
import type { Recipient } from "../team/addresses.ts";
import { MINUTE_MS, MOST_EXCHANGED, MOST_HOPS, PAIR_A_MINUTE, SENDER_A_MINUTE } from "../team/mail-limits.ts";
import type { Refusal } from "../team/state.ts";

export type TooMany = Extract<Refusal, { readonly kind: "too_many" }>;

/** A message to one receiver; `at` in ms. */
export interface Sent {
  readonly to: Party;
  readonly at: number;
}

/** Answers to answers, and talk beside which nothing is done. The user ends every talk: who writes to the user alone is not stopped by these. */
export function tooLong(
  recipients: readonly Recipient[],
  chain: readonly EntryId[],
  exchanged: ReadonlyMap<string, number>,
): TooMany | undefined {
  const members = recipients.flatMap(({ to }) => (to === "user" ? [] : [to]));
  if (members.length === 0) return undefined;
  if (chain.length > MOST_HOPS) return { kind: "too_many", what: "hops", limit: MOST_HOPS };
  const talking = members.filter((name) => (exchanged.get(name.toLowerCase()) ?? 0) >= MOST_EXCHANGED);
  if (talking.length === 0) return undefined;
  return { kind: "too_many", what: "exchange", limit: MOST_EXCHANGED, to: talking };
}

/** More in a minute than one receiver, or all together, should get from one sender. */
export function tooOften(
  recipients: readonly Recipient[],
  recent: readonly Sent[],
  now: number,
): TooMany | undefined {
  const times = recent.map(({ at }) => at);
  const inAll = waitMs(times, {
    now,
    most: Math.max(SENDER_A_MINUTE, recipients.length),
    more: recipients.length,
  });
  if (inAll > 0) return { kind: "too_many", what: "sender", limit: SENDER_A_MINUTE, againInMs: inAll };
  const pairs = recipients.map(({ to }) => {
    const own = recent.flatMap((one) => (one.to === to ? [one.at] : []));
    return { to, inMs: waitMs(own, { now, most: PAIR_A_MINUTE, more: 1 }) };
  });
  const full = pairs.filter(({ inMs }) => inMs > 0);
  if (full.length === 0) return undefined;
  const againInMs = Math.max(...full.map(({ inMs }) => inMs));
  return { kind: "too_many", what: "pair", limit: PAIR_A_MINUTE, to: full.map(({ to }) => to), againInMs };
}

/** How long until there is room for `more`, in ms. `times`: of the last minute, rising. */
function waitMs(
  times: readonly number[],
  { now, most, more }: { readonly now: number; readonly most: number; readonly more: number },
): number {
  const over = times.length + more - most;
  const last = over > 0 ? times[over - 1] : undefined;
  return last === undefined ? 0 : Math.max(1, last + MINUTE_MS - now);
}
