import type { Graph, Search, SearchOptions } from "./search.ts";

/** Who took the last step, and how often somebody was passed over who could have gone on. */
export interface Turn {
  readonly last: number;
  readonly preemptions: number;
}

export interface StatesOptions<S> extends SearchOptions<S> {
  /** Only schedules with at most so many preemptions. */
  readonly preemptions?: number | undefined;
}

/** A graph that knows its states again. */
export interface StateGraph<S> extends Graph<S> {
  /** True the first time that a state is shown to it, and when it is shown with fewer preemptions than before. */
  readonly createSeen: () => (state: S, turn: Turn) => boolean;
  /** Whether the next step of a process minds nothing that any other one was ever seen to do from where it stands. */
  readonly isApart: (state: S, process: number) => boolean;
  /** How much was seen so far of what processes do. */
  readonly seenSoFar: () => number;
}

/** One state on the way to the one that is looked at, and the processes that were not tried there yet. */
interface Node<S> {
  readonly state: S;
  readonly turn: Turn;
  readonly rest: number[];
  /** The one process that is let go first whoever else could: its step is free. */
  readonly isFree: boolean;
}

/**
 * Goes through the states of a graph, depth first, each once however many schedules lead to it: what comes behind a
 * state and what is true at an end depends on the state alone. With the reduction a step that minds nothing that any
 * other process may still do is taken at once, whoever else could go. What they may do is what they were seen to do,
 * and so all is gone through again until nothing new is seen on the way. Such a step is no preemption: to take it later
 * would make none less.
 */
export async function searchStates<S>(graph: StateGraph<S>, options: StatesOptions<S> = {}): Promise<Search> {
  for (;;) {
    const before = graph.seenSoFar();
    const found = await pass(graph, options);
    if (found.broken || !found.isComplete || options.reduce === false || graph.seenSoFar() === before)
      return found;
  }
}

async function pass<S>(graph: StateGraph<S>, options: StatesOptions<S>): Promise<Search> {
  const { reduce = true, limit = Number.POSITIVE_INFINITY, preemptions, end } = options;
  const most = preemptions ?? Number.POSITIVE_INFINITY;
  const isNew = graph.createSeen();
  const nodes: Node<S>[] = [];
  const choices: number[] = [];
  const sum = { schedules: 0, redundant: 0, steps: 0 };

  /** Takes a state up, and answers what is broken in it. */
  async function arrive(state: S, turn: Turn): Promise<string | undefined> {
    const broken = graph.broken(state);
    if (broken !== undefined) return broken;
    if (!isNew(state, turn)) {
      sum.redundant++;
      choices.pop();
      return undefined;
    }
    const waiting = processesOf(graph).filter((process) => graph.next(state, process));
    const enabled = waiting.filter((process) => graph.isEnabled(state, process));
    const apart =
      reduce && enabled.length > 1 ? enabled.find((process) => graph.isApart(state, process)) : undefined;
    const goesOn = turn.preemptions >= most && enabled.includes(turn.last) ? [turn.last] : enabled;
    const rest = apart === undefined ? goesOn : [apart];
    if (rest.length > 0) {
      nodes.push({ state, turn, rest, isFree: apart !== undefined });
      return undefined;
    }
    if (waiting.length > 0) return `stuck: processes ${waiting.join(", ")} wait for ever`;
    sum.schedules++;
    const what = await end?.(state, choices);
    if (what === undefined) choices.pop();
    return what;
  }

  let what = await arrive(graph.initial, { last: -1, preemptions: 0 });
  for (let node = nodes.at(-1); node && what === undefined; node = nodes.at(-1)) {
    const process = node.rest.shift();
    if (process === undefined) {
      nodes.pop();
      choices.pop();
      continue;
    }
    if (sum.steps++ >= limit) return { ...sum, broken: undefined, isComplete: false };
    choices.push(process);
    const next = graph.step(node.state, process);
    const turn = preemptions === undefined ? node.turn : turnAfter(graph, node, process);
    what = await arrive(next instanceof Promise ? await next : next, turn);
  }
  const broken = what === undefined ? undefined : { what, choices };
  return { ...sum, broken, isComplete: what === undefined };
}

function processesOf({ processes }: { readonly processes: number }): number[] {
  return Array.from({ length: processes }, (_, process) => process);
}

function turnAfter<S>(graph: Graph<S>, { state, turn, isFree }: Node<S>, process: number): Turn {
  if (isFree || process === turn.last) return turn;
  const isPassedOver = turn.last >= 0 && graph.isEnabled(state, turn.last);
  return { last: process, preemptions: turn.preemptions + (isPassedOver ? 1 : 0) };
}
