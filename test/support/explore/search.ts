/** What a step looks at and what it changes, by names: two steps commute unless one changes what the other touches. */
export interface Footprint {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** All that can happen: states, and the steps from one to the next. A state never changes. */
export interface Graph<S> {
  readonly processes: number;
  readonly initial: S;
  /** What the next step of a process touches; undefined when it has ended or died. */
  readonly next: (state: S, process: number) => Footprint | undefined;
  /** Whether the next step can happen now; false while somebody else holds what it waits for. */
  readonly isEnabled: (state: S, process: number) => boolean;
  readonly step: (state: S, process: number) => S | Promise<S>;
  /** What is broken in that state already. */
  readonly broken: (state: S) => string | undefined;
}

export interface Search {
  /** Runs that went to their end. */
  readonly schedules: number;
  /** Runs that were given up: what they would show had been seen. */
  readonly redundant: number;
  readonly steps: number;
  readonly broken: { readonly what: string; readonly choices: readonly number[] } | undefined;
  /** False when `limit` ended it. */
  readonly isComplete: boolean;
}

export interface SearchOptions<S> {
  /** False: every interleaving, for the test of the reduction. */
  readonly reduce?: boolean | undefined;
  /** Runs after which it gives up. */
  readonly limit?: number | undefined;
  /** Where no step is left: answers what is broken. */
  readonly end?: (state: S, choices: readonly number[]) => string | undefined | Promise<string | undefined>;
}

/** A footprint with a number, and which others it minds: the question is asked often. */
interface Print extends Footprint {
  readonly id: number;
  readonly minds: (boolean | undefined)[];
}

/** One step that was taken, and how it is ordered: `clock[p]` steps of process p must come before it or are it. */
interface Step {
  readonly print: Print;
  readonly process: number;
  /** Its number among the steps of its process, from 1. */
  readonly number: number;
  readonly clock: readonly number[];
}

/** A point of the schedule where a process was chosen. */
interface Node<S> {
  readonly state: S;
  readonly enabled: readonly number[];
  /** Processes whose next step leads to nothing new: it was explored in front, and commutes with all since. */
  readonly asleep: ReadonlySet<number>;
  readonly todo: Set<number>;
  readonly done: Set<number>;
  chosen: number;
}

interface Path<S> {
  readonly graph: Graph<S>;
  readonly processes: readonly number[];
  readonly nodes: Node<S>[];
  /** The steps taken so far: one from each node, and none yet from the last one while it is looked at. */
  readonly steps: Step[];
  readonly reduce: boolean;
  readonly printOf: (footprint: Footprint) => Print;
}

/**
 * Goes through the interleavings of a graph, depth first. With the reduction (source sets and sleep sets: Abdulla,
 * Aronis, Jonsson, Sagonas, POPL 2014) it visits one schedule of each class of schedules that differ only in the order
 * of steps that commute; without it, every schedule. Ends at the first thing broken.
 */
export async function search<S>(graph: Graph<S>, options: SearchOptions<S> = {}): Promise<Search> {
  const { reduce = true, limit = Number.POSITIVE_INFINITY, end } = options;
  const processes = Array.from({ length: graph.processes }, (_, process) => process);
  const path: Path<S> = { graph, processes, nodes: [], steps: [], reduce, printOf: createPrints() };
  const { nodes } = path;
  const sum = { schedules: 0, redundant: 0, steps: 0 };
  for (;;) {
    const { state, taken, broken, isRedundant } = await follow(path);
    sum.steps += taken;
    if (isRedundant) sum.redundant++;
    else sum.schedules++;
    const choices = nodes.map(({ chosen }) => chosen);
    const what = broken ?? (isRedundant ? undefined : await end?.(state, choices));
    const isComplete = !turnBack(path);
    if (what !== undefined) return { ...sum, broken: { what, choices }, isComplete };
    if (isComplete || sum.schedules + sum.redundant >= limit)
      return { ...sum, broken: undefined, isComplete };
  }
}

/** Moves to the next schedule; false when there is none. */
function turnBack<S>({ nodes, steps }: Path<S>): boolean {
  for (let node = nodes.at(-1); node; nodes.pop(), node = nodes.at(-1)) {
    const { todo, done, asleep } = node;
    steps.length = nodes.length - 1;
    done.add(node.chosen);
    const next = [...todo].find((process) => !done.has(process) && !asleep.has(process));
    if (next === undefined) continue;
    node.chosen = next;
    return true;
  }
  return false;
}

interface Followed<S> {
  readonly state: S;
  readonly taken: number;
  readonly broken: string | undefined;
  readonly isRedundant: boolean;
}

/** Goes on from the last choice, then with the first process that has something new to show. */
async function follow<S>(path: Path<S>): Promise<Followed<S>> {
  const { graph, nodes, steps, reduce } = path;
  const from = Math.max(0, nodes.length - 1);
  let state = nodes.at(-1)?.state ?? graph.initial;
  let asleep: ReadonlySet<number> = new Set();
  for (let depth = from; ; depth++) {
    const taken = depth - from;
    const over = depth >= nodes.length ? arrive(path, state, asleep) : undefined;
    if (over) return { state, taken, ...over };
    const node = nodes[depth];
    const footprint = node && graph.next(state, node.chosen);
    if (!footprint || !graph.isEnabled(state, node.chosen)) throw new Error(`step ${depth}: cannot go on`);
    const step = stepOf(path, node.chosen, footprint);
    asleep = sleepersAfter(path, node, step.print);
    if (reduce) race(path, step);
    steps.push(step);
    const next = graph.step(state, node.chosen);
    // To wait for what is known already would be most of the time.
    state = next instanceof Promise ? await next : next;
    const broken = graph.broken(state);
    if (broken !== undefined) return { state, taken: taken + 1, broken, isRedundant: false };
  }
}

/** Makes a node of a state that was not looked at before; answers why the schedule ends there. */
function arrive<S>(
  path: Path<S>,
  state: S,
  asleep: ReadonlySet<number>,
): Pick<Followed<S>, "broken" | "isRedundant"> | undefined {
  const { graph, processes, reduce } = path;
  const enabled = processes.filter((process) => graph.isEnabled(state, process));
  if (reduce) waitersRace(path, state);
  if (enabled.length === 0) return { broken: stuck(path, state), isRedundant: false };
  return open(path, { state, enabled, asleep }) ? undefined : { broken: undefined, isRedundant: true };
}

function stuck<S>({ graph, processes }: Path<S>, state: S): string | undefined {
  const waiting = processes.filter((process) => graph.next(state, process));
  return waiting.length === 0 ? undefined : `stuck: processes ${waiting.join(", ")} wait for ever`;
}

function open<S>(
  { nodes, reduce }: Path<S>,
  { state, enabled, asleep }: Pick<Node<S>, "state" | "enabled" | "asleep">,
): boolean {
  const chosen = enabled.find((process) => !asleep.has(process));
  if (chosen === undefined) return false;
  const todo = new Set(reduce ? [chosen] : enabled);
  nodes.push({ state, enabled, asleep: reduce ? asleep : new Set(), todo, done: new Set(), chosen });
  return true;
}

/** Who sleeps on behind a step: what was explored in front of it and does not mind it. */
function sleepersAfter<S>(
  { graph, printOf }: Path<S>,
  { state, asleep, done, chosen }: Node<S>,
  print: Print,
): ReadonlySet<number> {
  if (asleep.size + done.size === 0) return asleep;
  const still = [...asleep, ...done].filter((process) => {
    const next = graph.next(state, process);
    return process !== chosen && next !== undefined && !conflict(printOf(next), print);
  });
  return new Set(still);
}

function createPrints(): (footprint: Footprint) => Print {
  const known = new WeakMap<Footprint, Print>();
  const prints = new Map<string, Print>();
  return (footprint) => {
    const before = known.get(footprint);
    if (before) return before;
    const key = `${footprint.reads.toSorted().join()}|${footprint.writes.toSorted().join()}`;
    const print = prints.get(key) ?? { ...footprint, id: prints.size, minds: [] };
    prints.set(key, print);
    known.set(footprint, print);
    return print;
  };
}

function conflict(one: Print, other: Print): boolean {
  const known = one.minds[other.id];
  if (known !== undefined) return known;
  const does = touches(one.writes, other) || touches(other.writes, one);
  one.minds[other.id] = does;
  return does;
}

function touches(writes: readonly string[], { reads, writes: others }: Footprint): boolean {
  return writes.some((name) => reads.includes(name) || others.includes(name));
}

function stepOf<S>({ graph, steps, printOf }: Path<S>, process: number, footprint: Footprint): Step {
  const before = steps.findLast((step) => step.process === process);
  const print = printOf(footprint);
  const number = (before?.number ?? 0) + 1;
  const clock = before ? [...before.clock] : Array.from({ length: graph.processes }, () => 0);
  for (const step of steps) if (conflict(step.print, print)) join(clock, step.clock);
  clock[process] = number;
  return { print, process, number, clock };
}

function join(clock: number[], other: readonly number[]): void {
  for (let process = 0; process < other.length; process++) {
    const number = other[process] ?? 0;
    if (number > (clock[process] ?? 0)) clock[process] = number;
  }
}

function isBefore(one: Step, other: Step): boolean {
  return (other.clock[one.process] ?? 0) >= one.number;
}

/** A process that waits never gets its turn in front of the one it waits for, unless that order is tried as well. */
function waitersRace<S>(path: Path<S>, state: S): void {
  const { graph, processes } = path;
  for (const process of processes) {
    const footprint = graph.next(state, process);
    if (footprint && !graph.isEnabled(state, process)) race(path, stepOf(path, process, footprint));
  }
}

/** For each earlier step that `last` could as well have come in front of: plans a schedule in which it does. */
function race<S>({ nodes, steps }: Path<S>, last: Step): void {
  // What lies in front of `last` whatever happens: steps of its own, and what it hears of through later conflicts.
  const own = steps.findLast((step) => step.process === last.process);
  const clock = last.clock.map((_, process) => own?.clock[process] ?? 0);
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at];
    const node = nodes[at];
    if (!step || !node || step.process === last.process || !conflict(step.print, last.print)) continue;
    const isDirect = (clock[step.process] ?? 0) < step.number;
    join(clock, step.clock);
    if (isDirect)
      plan(node, initials([...steps.slice(at + 1).filter((later) => !isBefore(step, later)), last]));
  }
}

/** Processes that could take the first step of this sequence: nothing in it has to come in front. */
function initials(steps: readonly Step[]): readonly number[] {
  const first = steps.filter(
    (step, at) =>
      !steps.slice(0, at).some((before) => before.process === step.process || isBefore(before, step)),
  );
  return first.map(({ process }) => process);
}

function plan<S>({ todo, enabled }: Node<S>, candidates: readonly number[]): void {
  if (candidates.some((process) => todo.has(process))) return;
  const process = candidates.findLast((candidate) => enabled.includes(candidate));
  // None of them can go first where a lock is held: then whatever can.
  for (const other of process === undefined ? enabled : [process]) todo.add(other);
}
