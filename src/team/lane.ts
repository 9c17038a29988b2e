import { createNumberSet, type NumberSet } from "./number-set.ts";

/** Claimable tasks that the same parties may claim: by priority, then by number. */
export interface Lane {
  readonly add: (number: number, priority: number) => void;
  readonly remove: (number: number, priority: number) => void;
  /** The tasks of one priority. */
  readonly at: (priority: number) => NumberSet | undefined;
  /** Every priority that was used, largest first. */
  readonly priorities: () => readonly number[];
}

export function createLane(): Lane {
  const sets = new Map<number, NumberSet>();
  let priorities: readonly number[] = [];

  function add(number: number, priority: number): void {
    let set = sets.get(priority);
    if (!set) {
      set = createNumberSet();
      sets.set(priority, set);
      priorities = [...sets.keys()].toSorted((one, other) => other - one);
    }
    set.add(number);
  }

  return {
    add,
    remove: (number, priority) => sets.get(priority)?.remove(number),
    at: (priority) => sets.get(priority),
    priorities: () => priorities,
  };
}

/**
 * Where a claimer begins among equals, so that several that look at once do not all take the first: it is number
 * `rank` of `among` claimers. `near`: at the task of its rank. `far`: at its share of the whole range, so that claimers
 * who take one task after another stay out of each other's way.
 */
export interface Spread {
  readonly rank: number;
  readonly among: number;
  readonly how: "near" | "far";
}

/** Numbers of the tasks in all of these lanes, best first; `spread` moves the start in the best priority. */
export function* inOrder(lanes: readonly Lane[], spread: Spread): Generator<number> {
  let moved = false;
  for (const priority of prioritiesOf(lanes)) {
    const sets = lanes.flatMap((lane) => lane.at(priority) ?? []).filter((set) => set.size() > 0);
    const first = nextIn(sets, 0);
    if (first === undefined) continue;
    const start = moved ? first : startIn(sets, first, spread);
    moved = true;
    yield* between(sets, start, Number.MAX_SAFE_INTEGER);
    yield* between(sets, first, start);
  }
}

function prioritiesOf(lanes: readonly Lane[]): readonly number[] {
  const [lane] = lanes;
  if (lane && lanes.length === 1) return lane.priorities();
  const all = new Set(lanes.flatMap((each) => each.priorities()));
  return [...all].toSorted((one, other) => other - one);
}

function* between(sets: readonly NumberSet[], from: number, to: number): Generator<number> {
  for (let at = nextIn(sets, from); at !== undefined && at < to; at = nextIn(sets, at + 1)) yield at;
}

function nextIn(sets: readonly NumberSet[], from: number): number | undefined {
  let best: number | undefined;
  for (const set of sets) {
    const next = set.next(from);
    if (next !== undefined && (best === undefined || next < best)) best = next;
  }
  return best;
}

function startIn(sets: readonly NumberSet[], first: number, { rank, among, how }: Spread): number {
  if (rank === 0) return first;
  if (how === "far") {
    const last = Math.max(...sets.map((set) => set.last() ?? first));
    return nextIn(sets, first + Math.trunc(((last - first) * rank) / among)) ?? first;
  }
  const total = sets.reduce((sum, set) => sum + set.size(), 0);
  let at = first;
  for (let steps = rank % total; steps > 0; steps--) at = nextIn(sets, at + 1) ?? first;
  return at;
}
