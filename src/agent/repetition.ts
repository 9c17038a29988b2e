/** One tool call and what came of it; equal calls with equal results have equal marks. */
export type CallMark = string;

/** Calls with the same result of which the model is told, and which end its turn. Source: faults.md K4. */
export const TOLD_AT = 3;
export const ENDED_AT = 5;
/** How many different calls are remembered: a round of more than these looks like progress. */
const REMEMBERED = 24;

/** What was seen so far. */
export interface Repetition {
  /** The last different ones, the newest last. */
  readonly known: readonly CallMark[];
  /** How often each was made again since something new came of a call. */
  readonly counts: ReadonlyMap<CallMark, number>;
}

export const NOTHING_SEEN: Repetition = { known: [], counts: new Map() };

/** After one reply: how often the call that was repeated most has now been made, with nothing new in between. */
export interface Repeated {
  readonly seen: Repetition;
  /** 1: nothing was repeated. */
  readonly times: number;
  /** Of `times`. */
  readonly mark: CallMark | undefined;
}

/**
 * Takes in the calls of one reply. A call whose result was not seen before is progress, and the count begins anew: an
 * edit, another file, a state that changed. So neither a test that fails the same way after each edit counts, nor
 * polling that sees changes; a round of a few calls that teaches nothing new does. What one reply holds several times
 * counts once: the model had not seen the first result.
 */
export function afterReplyOf(seen: Repetition, reply: readonly CallMark[]): Repeated {
  const marks = [...new Set(reply)];
  const isNew = marks.some((mark) => !seen.known.includes(mark));
  const counts = new Map(isNew ? [] : seen.counts);
  for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const known = [...seen.known.filter((mark) => !marks.includes(mark)), ...marks].slice(-REMEMBERED);
  const [mark, times] = [...counts].filter(([one]) => marks.includes(one)).toSorted(byCount)[0] ?? [];
  return { seen: { known, counts }, times: times ?? 1, mark };
}

function byCount([, one]: readonly [CallMark, number], [, other]: readonly [CallMark, number]): number {
  return other - one;
}
