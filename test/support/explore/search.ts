/** What a step looks at and what it changes, by names: two steps commute unless one changes what the other touches. */
export interface Footprint {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** One run of all processes from the start, driven step by step. */
export interface Run {
  readonly processes: number;
  /** What the next step of a process touches; undefined when it has ended or died. */
  readonly next: (process: number) => Footprint | undefined;
  /** Whether the next step can happen now; false while somebody else holds what it waits for. */
  readonly isEnabled: (process: number) => boolean;
  /** Takes one step. Answers what is broken already. */
  readonly step: (process: number) => Promise<string | undefined>;
  /** When no step is left: what is broken, and what came out of it. */
  readonly end: () => Promise<{ readonly broken: string | undefined; readonly outcome: string }>;
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

export interface SearchOptions {
  /** False: every interleaving, for the test of the reduction. */
  readonly reduce?: boolean;
  /** Runs after which it gives up. */
  readonly limit?: number;
  readonly onOutcome?: (outcome: string) => void;
}

/** One step that was taken, and how it is ordered: `clock[p]` steps of process p must come before it or are it. */
interface Step extends Footprint {
  readonly process: number;
  /** Its number among the steps of its process, from 1. */
  readonly number: number;
  readonly clock: readonly number[];
}

/** A point of the schedule where a process was chosen. */
interface Node {
  readonly enabled: readonly number[];
  /** Processes whose next step leads to nothing new: it was explored in front, and commutes with all since. */
  readonly asleep: ReadonlySet<number>;
  readonly todo: Set<number>;
  readonly done: Set<number>;
  chosen: number;
}

/**
 * Goes through the interleavings of a run, depth first and without keeping states: each schedule starts anew. With the
 * reduction (source sets and sleep sets: Abdulla, Aronis, Jonsson, Sagonas, POPL 2014) it visits one schedule of each
 * class of schedules that differ only in the order of steps that commute; without it, every schedule. Ends at the first
 * thing broken.
 */
export async function search(begin: () => Promise<Run>, options: SearchOptions = {}): Promise<Search> {
  const { reduce = true, limit = Number.POSITIVE_INFINITY, onOutcome } = options;
  const nodes: Node[] = [];
  const sum = { schedules: 0, redundant: 0, steps: 0 };
  for (;;) {
    const run = await begin();
    const { taken, broken, isRedundant } = await follow(run, nodes, reduce);
    sum.steps += taken;
    if (isRedundant) sum.redundant++;
    else sum.schedules++;
    const what = broken ?? (isRedundant ? undefined : await ended(run, onOutcome));
    const choices = nodes.map(({ chosen }) => chosen);
    const isComplete = !turnBack(nodes);
    if (what !== undefined) return { ...sum, broken: { what, choices }, isComplete };
    if (isComplete || sum.schedules + sum.redundant >= limit)
      return { ...sum, broken: undefined, isComplete };
  }
}

async function ended(run: Run, onOutcome: SearchOptions["onOutcome"]): Promise<string | undefined> {
  const { broken, outcome } = await run.end();
  onOutcome?.(outcome);
  return broken;
}

/** Moves to the next schedule; false when there is none. */
function turnBack(nodes: Node[]): boolean {
  for (let node = nodes.at(-1); node; nodes.pop(), node = nodes.at(-1)) {
    const { todo, done, asleep } = node;
    done.add(node.chosen);
    const next = [...todo].find((process) => !done.has(process) && !asleep.has(process));
    if (next === undefined) continue;
    node.chosen = next;
    return true;
  }
  return false;
}

/** Takes the choices that stand, then goes on with the first process that has something new to show. */
async function follow(
  run: Run,
  nodes: Node[],
  reduce: boolean,
): Promise<{ taken: number; broken: string | undefined; isRedundant: boolean }> {
  const known = nodes.length;
  const steps: Step[] = [];
  let asleep: ReadonlySet<number> = new Set();
  for (let depth = 0; ; depth++) {
    const enabled = processesOf(run).filter((process) => run.next(process) && run.isEnabled(process));
    if (reduce && depth >= known) waitersRace(run, nodes, steps);
    if (enabled.length === 0) return { taken: depth, broken: stuck(run), isRedundant: false };
    const node = nodes[depth] ?? open(nodes, enabled, asleep, reduce);
    if (!node) return { taken: depth, broken: undefined, isRedundant: true };
    const footprint = run.next(node.chosen);
    if (!footprint || !run.isEnabled(node.chosen))
      throw new Error(`step ${depth}: ${node.chosen} cannot go on`);
    asleep = sleepersAfter(run, node, footprint);
    const step = stepOf(run, steps, node.chosen, footprint);
    // The last choice that stands is a new one: its races were not looked for yet.
    if (reduce && depth >= known - 1) race(nodes, steps, step);
    steps.push(step);
    const broken = await run.step(node.chosen);
    if (broken !== undefined) {
      nodes.length = depth + 1;
      return { taken: depth + 1, broken, isRedundant: false };
    }
  }
}

function processesOf({ processes }: Run): number[] {
  return Array.from({ length: processes }, (_, process) => process);
}

function stuck(run: Run): string | undefined {
  const waiting = processesOf(run).filter((process) => run.next(process));
  return waiting.length === 0 ? undefined : `stuck: processes ${waiting.join(", ")} wait for ever`;
}

function open(
  nodes: Node[],
  enabled: readonly number[],
  asleep: ReadonlySet<number>,
  reduce: boolean,
): Node | undefined {
  const chosen = enabled.find((process) => !asleep.has(process));
  if (chosen === undefined) return undefined;
  const todo = new Set(reduce ? [chosen] : enabled);
  const node: Node = { enabled, asleep: reduce ? asleep : new Set(), todo, done: new Set(), chosen };
  nodes.push(node);
  return node;
}

/** Who sleeps on behind a step: what was explored in front of it and does not mind it. */
function sleepersAfter(run: Run, { asleep, done, chosen }: Node, footprint: Footprint): ReadonlySet<number> {
  const still = [...asleep, ...done].filter((process) => {
    const next = run.next(process);
    return process !== chosen && next !== undefined && !conflict(next, footprint);
  });
  return new Set(still);
}

function conflict(one: Footprint, other: Footprint): boolean {
  return touches(one.writes, other) || touches(other.writes, one);
}

function touches(writes: readonly string[], { reads, writes: others }: Footprint): boolean {
  return writes.some((name) => reads.includes(name) || others.includes(name));
}

function stepOf(run: Run, steps: readonly Step[], process: number, footprint: Footprint): Step {
  const before = steps.findLast((step) => step.process === process);
  const number = (before?.number ?? 0) + 1;
  const clock = processesOf(run).map((other) => before?.clock[other] ?? 0);
  for (const step of steps) if (conflict(step, footprint)) join(clock, step.clock);
  clock[process] = number;
  return { ...footprint, process, number, clock };
}

function join(clock: number[], other: readonly number[]): void {
  for (const [process, number] of other.entries()) clock[process] = Math.max(clock[process] ?? 0, number);
}

function isBefore(one: Step, other: Step): boolean {
  return (other.clock[one.process] ?? 0) >= one.number;
}

/** A process that waits never gets its turn in front of the one it waits for, unless that order is tried as well. */
function waitersRace(run: Run, nodes: readonly Node[], steps: readonly Step[]): void {
  for (const process of processesOf(run)) {
    const footprint = run.next(process);
    if (footprint && !run.isEnabled(process)) race(nodes, steps, stepOf(run, steps, process, footprint));
  }
}

/** For each earlier step that `last` could as well have come in front of: plans a schedule in which it does. */
function race(nodes: readonly Node[], steps: readonly Step[], last: Step): void {
  // What lies in front of `last` whatever happens: steps of its own, and what it hears of through later conflicts.
  const own = steps.findLast((step) => step.process === last.process);
  const clock = last.clock.map((_, process) => own?.clock[process] ?? 0);
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at];
    const node = nodes[at];
    if (!step || !node || step.process === last.process || !conflict(step, last)) continue;
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

function plan({ todo, enabled }: Node, candidates: readonly number[]): void {
  if (candidates.some((process) => todo.has(process))) return;
  const process = candidates.findLast((candidate) => enabled.includes(candidate));
  // None of them can go first where a lock is held: then whatever can.
  for (const other of process === undefined ? enabled : [process]) todo.add(other);
}
