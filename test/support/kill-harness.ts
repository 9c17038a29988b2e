import { setTimeout as pause } from "node:timers/promises";
import { chance } from "./kill-chance.ts";
import { finishLife, type Life, type Running, startLife } from "./kill-life.ts";

export interface Order {
  readonly member: string;
  readonly life: number;
  /** Different in each life, the same in each replay. */
  readonly seed: number;
  /** The life is going to be killed: it never runs out of work. */
  readonly endless: boolean;
  /** At which call to the file system the process kills or stops itself. */
  readonly die?: Step;
}

/** Call `at`; with `part`, an append or a new file is begun: a fraction of its bytes. */
interface Step {
  readonly at: number;
  readonly how: "kill" | "stop";
  readonly part?: number;
}

export interface KillPlan {
  /** A JavaScript file; gets the order and `task` as JSON in argv[2]. */
  readonly worker: string;
  readonly task: Readonly<Record<string, unknown>>;
  readonly procs: number;
  readonly kills: number;
  readonly seed: number;
  /** A life that works is killed within so many reports; 80 unless given. */
  readonly killWithin?: number;
  /** The worker counts its calls and can die or stop at one of them; otherwise only moments are hit. */
  readonly counts?: boolean;
  /** Runs beside the workers and reads everything; ends when its stdin does. Gets `task` too. */
  readonly reader?: string;
  /** A life that has not ended by then is stuck: it is killed and reported with code 124. */
  readonly lifeMs?: number;
}

export interface KillRun {
  readonly lives: readonly Life[];
  readonly reader: Life | undefined;
  /** Mailboxes (`mail/<name>`) that were read to their end after everybody had ended. */
  readonly drained?: readonly string[];
  readonly kills: number;
  readonly seed: number;
}

/** How a life ends: see `ways`. */
export type Way = "moment" | "start" | "call" | "part" | "sleep" | "sleep-call" | "end" | "sleep-end";

/** What others must have done before a stopped process goes on. */
const PROGRESS = 60;
/** Nobody sleeps longer, in ms: the others may have nothing left to do. */
const SLEEP_MS = 3_000;
/** How long a life may work before it is killed at last. */
const PATIENCE_MS = 2_000;

interface Chosen {
  readonly way: Way;
  readonly die?: Step;
}

/**
 * moment: somewhere in its work. start: while it comes up. call: before a call to the file system, near or far; part:
 * in the middle of it when it writes. sleep: stopped, at a moment or before a call, until others have done much, then
 * killed. end: lives until nothing is left; sleep-end: the same with a sleep.
 */
function choose(random: () => number, endless: boolean, counts: boolean): Chosen {
  const dice = random();
  const at = Math.ceil(3_000 ** random());
  if (!endless) return dice < 0.3 && counts ? { way: "sleep-end", die: { at, how: "stop" } } : { way: "end" };
  if (dice < 0.1) return { way: "start" };
  if (!counts || dice < 0.45) return { way: "moment" };
  if (dice < 0.7) return { way: "call", die: { at, how: "kill" } };
  if (dice < 0.9) return { way: "part", die: { at: Math.ceil(60 ** random()), how: "kill", part: random() } };
  return dice < 0.95 ? { way: "sleep" } : { way: "sleep-call", die: { at, how: "stop" } };
}

interface Run {
  readonly plan: KillPlan;
  readonly lives: Life[];
  readonly running: Set<Running>;
  readonly asleep: Set<Running>;
  /** Reports of everybody so far. */
  reports: number;
  left: number;
}

/** True when the others have done much meanwhile, have ended, or nothing more is to be expected. */
function othersAreFar(run: Run, one: Running): () => boolean {
  const before = run.reports;
  const deadline = performance.now() + SLEEP_MS;
  return () =>
    run.reports - before >= PROGRESS ||
    [...run.running].every((other) => other === one || run.asleep.has(other)) ||
    performance.now() > deadline;
}

async function sleep(run: Run, one: Running, isStopping: boolean): Promise<void> {
  run.asleep.add(one);
  await one.sleep(othersAreFar(run, one), isStopping);
  run.asleep.delete(one);
}

/** Until it has said so much more, has ended, or says nothing: a number of reports and not a time, so that a busy machine sees as much. */
async function someReports({ lines, ended, onLine }: Running, count: number): Promise<void> {
  const goal = lines.length + count;
  const reached = new Promise<void>((resolve) => {
    onLine((said) => {
      if (said >= goal) resolve();
    });
  });
  if (count > 0) await Promise.race([reached, ended, pause(PATIENCE_MS)]);
}

async function endLife(run: Run, one: Running, way: Way, random: () => number): Promise<void> {
  const more = (): Promise<void> => someReports(one, Math.floor(random() * (run.plan.killWithin ?? 80)));
  if (way === "end") return;
  if (way === "start") {
    await Promise.race([pause(20 + random() * 150), one.ended]);
    return one.kill();
  }
  if (way === "sleep-end" || way === "sleep-call") {
    await one.stopping;
    if (!one.hasEnded()) await sleep(run, one, true);
    if (way === "sleep-end") return;
  } else await one.up;
  // A call that is far away may never come.
  if (way === "call" || way === "part") await Promise.race([pause(PATIENCE_MS), one.ended]);
  else await more();
  if (way === "sleep") {
    await sleep(run, one, false);
    await more();
  }
  one.kill();
}

async function slot(run: Run, index: number): Promise<void> {
  const { plan } = run;
  const random = chance(plan.seed + index * 7919);
  const member = `w${index + 1}`;
  for (let number = 1; ; number++) {
    const endless = run.left > 0;
    if (endless) run.left -= 1;
    const { way, die } = choose(random, endless, plan.counts ?? false);
    const order: Order = {
      member,
      life: number,
      seed: Math.floor(random() * 2 ** 31),
      endless,
      ...(die && { die }),
    };
    const one = startLife(plan.worker, { ...plan.task, ...order });
    one.onLine(() => {
      run.reports += 1;
    });
    run.running.add(one);
    const ending = endLife(run, one, way, random);
    const life = await finishLife(one, { member, number, way, limitMs: plan.lifeMs ?? 60_000 });
    await ending;
    run.running.delete(one);
    run.lives.push(life);
    if (!endless) return;
  }
}

/**
 * Starts `procs` workers, kills `kills` of their lives, each in its way, starts each anew after its death, and lets the
 * last life of each end by itself. Answers every life's reports; leaves no process.
 */
export async function killAtRandom(plan: KillPlan): Promise<KillRun> {
  const run: Run = { plan, lives: [], running: new Set(), asleep: new Set(), reports: 0, left: plan.kills };
  const reader = plan.reader === undefined ? undefined : startLife(plan.reader, plan.task);
  try {
    await Promise.all(Array.from({ length: plan.procs }, (_, index) => slot(run, index)));
  } finally {
    for (const { child } of run.running) child.kill("SIGKILL");
    reader?.child.stdin?.end();
  }
  const read =
    reader &&
    (await finishLife(reader, { member: "reader", number: 1, way: "end", limitMs: plan.lifeMs ?? 60_000 }));
  return {
    lives: run.lives,
    reader: read,
    kills: run.lives.filter(({ killed }) => killed).length,
    seed: plan.seed,
  };
}

/** Another seed in each run; a failed test prints it, and it stands in for this call to have that run again. */
export function seedOfRun(): number {
  return Math.floor(performance.timeOrigin) % 2 ** 31;
}
