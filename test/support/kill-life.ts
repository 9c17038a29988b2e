import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseStat } from "../../src/base/process-identity.ts";
import { until } from "./until.ts";

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
  /** Until then it lived for sure, in ns of the clock that all processes share; later it was dying or dead. */
  readonly aliveUntil: bigint;
  /** It slept for a while, by SIGSTOP. */
  readonly slept: boolean;
  /** The way it was to end, as the harness calls it. */
  readonly way: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** It says that it is up, or it ended. */
  readonly up: Promise<void>;
  /** It is about to stop itself, or it ended. */
  readonly stopping: Promise<void>;
  /** The listener hears how many reports there are, with each. */
  readonly onLine: (listener: (said: number) => void) => void;
  readonly hasEnded: () => boolean;
  readonly ended: Promise<void>;
  readonly kill: () => void;
  /** SIGSTOP, unless it stops itself; SIGCONT when `mayGoOn` says so. */
  readonly sleep: (mayGoOn: () => boolean, isStopping: boolean) => Promise<void>;
  readonly life: (member: string, number: number) => Omit<Life, "way">;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => {
    resolvers.push(resolve);
  });
  return { promise, resolve: () => resolvers.forEach((resolve) => resolve()) };
}

/** Starts a fixture with its order as JSON in argv[2]. */
export function startLife(file: string, order: unknown): Running {
  const child = spawn(process.execPath, [file, JSON.stringify(order)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: "/usr/bin:/bin", TZ: "UTC" },
  });
  const lines: string[] = [];
  const listeners: ((said: number) => void)[] = [];
  const complaints: string[] = [];
  const up = withResolvers();
  const stopping = withResolvers();
  const ended = withResolvers();
  let end: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  let aliveUntil = 0n;
  let slept = false;

  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("UP")) up.resolve();
    else if (line.startsWith("STOPPING")) stopping.resolve();
    // Said just before it kills itself.
    else if (line.startsWith("DYING")) aliveUntil = BigInt(line.split(" ")[1] ?? "0");
    for (const listener of listeners) listener(lines.length);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
  child.stdin.on("error", (error) => complaints.push(error.message));
  child.on("error", (error) => complaints.push(error.message));
  // "close" and not "exit": the pipes of a killed process may still hold what it reported.
  child.on("close", (code, signal) => {
    end = { code, signal };
    if (aliveUntil === 0n) aliveUntil = process.hrtime.bigint();
    for (const one of [up, stopping, ended]) one.resolve();
  });

  const stateNow = (): string => {
    try {
      return parseStat(readFileSync(`/proc/${child.pid}/stat`, "utf8"))?.state ?? "gone";
    } catch {
      return "gone";
    }
  };
  return {
    child,
    lines,
    up: up.promise,
    stopping: stopping.promise,
    onLine: (listener) => listeners.push(listener),
    hasEnded: () => end !== undefined,
    ended: ended.promise,
    kill: () => {
      if (end === undefined && aliveUntil === 0n) aliveUntil = process.hrtime.bigint();
      child.kill("SIGKILL");
    },
    sleep: async (mayGoOn, isStopping) => {
      if (!isStopping) child.kill("SIGSTOP");
      // SIGCONT before the stop would be lost, and the process would sleep for ever.
      await until(() => ["T", "t", "Z", "gone"].includes(stateNow()) || end !== undefined, {
        within: 20_000,
      });
      if (end !== undefined) return;
      slept = true;
      while (!mayGoOn()) await pause(5);
      child.kill("SIGCONT");
    },
    life: (member, number) => ({
      member,
      number,
      pid: child.pid ?? 0,
      lines,
      killed: end?.signal === "SIGKILL",
      code: end?.code ?? undefined,
      complaint: complaints.join(""),
      aliveUntil,
      slept,
    }),
  };
}

/** The life once it has ended by itself; one that has not after `limitMs` is stuck: killed, code 124. */
export async function finishLife(
  running: Running,
  { member, number, way, limitMs }: Pick<Life, "member" | "number" | "way"> & { readonly limitMs: number },
): Promise<Life> {
  const patience = new AbortController();
  const stuck = pause(limitMs, true, { signal: patience.signal }).catch(() => false);
  const isStuck = await Promise.race([running.ended.then(() => false), stuck]);
  patience.abort();
  if (isStuck) running.kill();
  await running.ended;
  const life = { ...running.life(member, number), way };
  return isStuck ? { ...life, killed: false, code: 124, complaint: `stuck; ${life.complaint}` } : life;
}
