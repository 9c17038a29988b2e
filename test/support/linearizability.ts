/** Something that was asked, and when: on one clock for all processes. `ret` undefined: it was cut off, and may have happened or not. */
export interface Operation {
  readonly call: bigint;
  readonly ret: bigint | undefined;
  readonly what: string;
}

/** The object that all operations speak to, one at a time in some order. */
export interface Model<O extends Operation> {
  readonly initial: string;
  /** The state behind the operation, undefined when it cannot have had its answer in that state. */
  readonly step: (state: string, operation: O) => string | undefined;
  /** Whether the operation changes nothing in whatever state it meets. */
  readonly isLook: (operation: O) => boolean;
}

interface Configuration {
  readonly state: string;
  /** Operations that have taken effect and not returned yet. */
  readonly done: ReadonlySet<number>;
}

interface Event {
  readonly at: bigint;
  readonly index: number;
  readonly isReturn: boolean;
}

/** More cut-off operations on one object than this are not searched: each doubles the ways. */
const MAX_CUT_OFF = 10;

/**
 * Whether some order of the operations, each between its call and its return, gives everyone its answer: Wing and Gong's
 * search, going through the events in time and keeping every configuration that is still possible (Lowe's variant, so
 * each is seen once). Answers what could not be explained; undefined when all could, or when there are too many to try.
 */
export function findUnexplained<O extends Operation>(
  history: readonly O[],
  model: Model<O>,
): string | undefined {
  if (history.filter(({ ret }) => ret === undefined).length > MAX_CUT_OFF) return undefined;
  const pending = new Set<number>();
  let possible = new Map([["", settled({ state: model.initial, done: new Set() }, pending, history, model)]]);
  for (const { index, isReturn } of eventsOf(history)) {
    const next = new Map<string, Configuration>();
    if (!isReturn) pending.add(index);
    const reached = [...possible.values()].flatMap((one) =>
      isReturn ? withDone(one, { index, pending, history, model }) : [settled(one, pending, history, model)],
    );
    for (const { state, done } of reached) {
      const open = new Set([...done].filter((other) => !isReturn || other !== index));
      next.set(keyOf({ state, done: open }), { state, done: open });
    }
    if (isReturn) pending.delete(index);
    if (next.size === 0)
      return `${history[index]?.what} cannot be explained after ${statesOf(possible).join(" or ")}`;
    possible = next;
  }
  return undefined;
}

function statesOf(possible: ReadonlyMap<string, Configuration>): string[] {
  return [...new Set([...possible.values()].map(({ state }) => state))];
}

function eventsOf(history: readonly Operation[]): Event[] {
  const events = history.flatMap(({ call, ret }, index): Event[] => [
    { at: call, index, isReturn: false },
    ...(ret === undefined ? [] : [{ at: ret, index, isReturn: true }]),
  ]);
  return events.toSorted((one, other) => {
    if (one.at !== other.at) return one.at < other.at ? -1 : 1;
    return Number(one.isReturn) - Number(other.isReturn);
  });
}

function keyOf({ state, done }: Configuration): string {
  return `${state} ${[...done].toSorted((one, other) => one - other).join()}`;
}

/**
 * An operation that only looks takes effect as soon as it can: that never rules out a later step. Not one that changes
 * nothing here and would change something in another state.
 */
function settled<O extends Operation>(
  { state, done }: Configuration,
  pending: ReadonlySet<number>,
  history: readonly O[],
  model: Model<O>,
): Configuration {
  const more = new Set(done);
  for (const index of pending) {
    const operation = history[index];
    if (operation && model.isLook(operation) && model.step(state, operation) !== undefined) more.add(index);
  }
  return { state, done: more };
}

interface Search<O extends Operation> {
  readonly index: number;
  readonly pending: ReadonlySet<number>;
  readonly history: readonly O[];
  readonly model: Model<O>;
}

/** Every configuration behind `from` in which operation `index` has taken effect. */
function withDone<O extends Operation>(from: Configuration, search: Search<O>): Configuration[] {
  const { index, pending, history, model } = search;
  const found: Configuration[] = [];
  const seen = new Set<string>();
  const left = [from];
  for (let one = left.pop(); one; one = left.pop()) {
    const key = keyOf(one);
    if (seen.has(key)) continue;
    seen.add(key);
    if (one.done.has(index)) {
      found.push(one);
      continue;
    }
    for (const candidate of pending) {
      const operation = history[candidate];
      const state = !operation || one.done.has(candidate) ? undefined : model.step(one.state, operation);
      if (state === undefined) continue;
      left.push(settled({ state, done: new Set([...one.done, candidate]) }, pending, history, model));
    }
  }
  return found;
}
