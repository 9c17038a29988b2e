import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** One process life: what it reported, line by line, and how it ended. */
export interface Life {
  readonly member: string;
  readonly number: number;
  readonly pid: number;
  readonly lines: readonly string[];
  readonly killed: boolean;
  /** Exit code of a life that was not killed. */
  readonly code: number | undefined;
  readonly complaint: string;
}

export interface Order {
  readonly member: string;
  readonly life: number;
  /** Different in each life, the same in each replay. */
  readonly seed: number;
  /** The life is going to be killed: it never runs out of work. */
  readonly endless: boolean;
}

export interface KillPlan {
  /** A JavaScript file; gets the order and `task` as JSON in argv[2]. */
  readonly worker: string;
  readonly task: Readonly<Record<string, unknown>>;
  readonly procs: number;
  readonly kills: number;
  readonly seed: number;
  /** A life that works is killed within so many ms; 60 unless given. */
  readonly killWithinMs?: number;
  /** Runs beside the workers and reads everything; ends when its stdin does. Gets `task` too. */
  readonly reader?: string;
  /** A life that has not ended by then is stuck: it is killed and reported with code 124. */
  readonly lifeMs?: number;
}

export interface KillRun {
  readonly lives: readonly Life[];
  readonly reader: Life | undefined;
  readonly kills: number;
  readonly seed: number;
}

/** A small generator (mulberry32): the same seed gives the same choices. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Another seed in each run; a failed test prints it, and it stands in for this call to have that run again. */
export function seedOfRun(): number {
  return Math.floor(performance.timeOrigin) % 2 ** 31;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => {
    resolvers.push(resolve);
  });
  return { promise, resolve: () => resolvers.forEach((resolve) => resolve()) };
}

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly up: Promise<void>;
  readonly ended: Promise<Omit<Life, "member" | "number">>;
}

function start(file: string, order: unknown): Running {
  const child = spawn(process.execPath, [file, JSON.stringify(order)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: "/usr/bin:/bin", TZ: "UTC" },
  });
  const lines: string[] = [];
  const complaints: string[] = [];
  const { promise: up, resolve: begin } = withResolvers();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("UP")) begin();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
  const ended = new Promise<Omit<Life, "member" | "number">>((resolve) => {
    child.on("error", (error) => complaints.push(error.message));
    // "close" and not "exit": the pipes of a killed process may still hold what it reported.
    child.on("close", (code, signal) => {
      begin();
      resolve({
        pid: child.pid ?? 0,
        lines,
        killed: signal === "SIGKILL",
        code: code ?? undefined,
        complaint: complaints.join(""),
      });
    });
  });
  return { child, lines, up, ended };
}

/** Kills it somewhere: mostly in the middle of its work, each eighth time while it comes up. */
async function killSometime({ child, up }: Running, withinMs: number, random: () => number): Promise<void> {
  if (random() < 0.125) await pause(20 + random() * 150);
  else {
    await up;
    await pause(random() * withinMs);
  }
  child.kill("SIGKILL");
}

async function finish({ child, ended }: Running, limitMs: number): Promise<Omit<Life, "member" | "number">> {
  const patience = new AbortController();
  const stuck = pause(limitMs, "stuck" as const, { signal: patience.signal }).catch(() => "ended" as const);
  const first = await Promise.race([ended.then(() => "ended" as const), stuck]);
  patience.abort();
  if (first === "stuck") child.kill("SIGKILL");
  const life = await ended;
  return first === "stuck"
    ? { ...life, killed: false, code: 124, complaint: `stuck; ${life.complaint}` }
    : life;
}

/**
 * Starts `procs` workers, kills `kills` of their lives at random moments, starts each anew after its death, and lets the
 * last life of each end by itself. Answers every life's reports; leaves no process.
 */
export async function killAtRandom(plan: KillPlan): Promise<KillRun> {
  const lives: Life[] = [];
  const running = new Set<ChildProcess>();
  let left = plan.kills;
  const reader = plan.reader === undefined ? undefined : start(plan.reader, plan.task);

  const slot = async (index: number): Promise<void> => {
    const random = chance(plan.seed + index * 7919);
    const member = `w${index + 1}`;
    for (let life = 1; ; life++) {
      const endless = left > 0;
      if (endless) left -= 1;
      const order: Order = { member, life, seed: Math.floor(random() * 2 ** 31), endless };
      const one = start(plan.worker, { ...plan.task, ...order });
      running.add(one.child);
      if (endless) await killSometime(one, plan.killWithinMs ?? 60, random);
      const end = await finish(one, plan.lifeMs ?? 20_000);
      running.delete(one.child);
      lives.push({ member, number: life, ...end });
      if (!endless) return;
    }
  };

  try {
    await Promise.all(Array.from({ length: plan.procs }, (_, index) => slot(index)));
  } finally {
    for (const child of running) child.kill("SIGKILL");
    reader?.child.stdin?.end();
  }
  const read = reader && (await finish(reader, plan.lifeMs ?? 20_000));
  return {
    lives,
    reader: read && { member: "reader", number: 1, ...read },
    kills: lives.filter(({ killed }) => killed).length,
    seed: plan.seed,
  };
}
