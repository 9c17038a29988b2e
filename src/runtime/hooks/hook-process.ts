import { type ChildProcess, spawn } from "node:child_process";
import { killCommand } from "../../agent/tools/kill-command.ts";
import { isSystemError } from "../../base/disk-error.ts";
import { TroupeError } from "../../base/errors.ts";
import type { Confined, Sandbox } from "../../base/sandbox.ts";
import { stopTagged } from "../../spawn/stop-process.ts";

export interface HookProgram {
  readonly argv: readonly [string, ...string[]];
  readonly dir: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Its stdin, to the end. */
  readonly input: string;
  readonly timeoutMs: number;
  /** A variable of `env` that no other process has: by it descendants are found that left the group. */
  readonly tag: Readonly<Record<string, string>>;
  /** The wall around it. */
  readonly sandbox: Sandbox;
}

export type HookEnd =
  | {
      readonly how: "exited";
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly stdout: string;
      readonly stderr: string;
      /** It wrote more than is kept. */
      readonly isCut: boolean;
    }
  | { readonly how: "timeout" }
  | { readonly how: "aborted" }
  | { readonly how: "not_started"; readonly why: string };

/** Kept of each stream; the rest is read and dropped, so that no hook hangs on a full pipe. */
const OUTPUT_BYTES = 1024 * 1024;
/** How long reading goes on behind the exit while a background process holds the pipes, in ms. */
const HELD_MS = 500;
/** From SIGTERM to SIGKILL, in ms. */
const TERM_MS = 300;
/** How long a killed group may take to disappear before it is given up on, in ms. */
const KILLED_MS = 5_000;

/**
 * Runs a program in a session and a process group of its own. At the timeout and at the signal the whole group is
 * ended, and what left the group with it. Never rejects.
 */
export async function runProgram(program: HookProgram, signal: AbortSignal): Promise<HookEnd> {
  const confined = await confine(program);
  if (confined instanceof Error) return { how: "not_started", why: confined.message };
  try {
    return await runConfined(confined, program, signal);
  } finally {
    await confined.release();
  }
}

async function confine({ sandbox, argv, dir, env }: HookProgram): Promise<Confined | Error> {
  try {
    return await sandbox.confine({ argv, dir, env });
  } catch (error) {
    if (error instanceof TroupeError || isSystemError(error)) return error;
    throw error;
  }
}

async function runConfined(confined: Confined, program: HookProgram, signal: AbortSignal): Promise<HookEnd> {
  const child = start(confined);
  if (child instanceof Error) return { how: "not_started", why: child.message };
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const closed = once(child, "close");
  const exited = exitOf(child);
  // A hook need not read its input: what is left of it is nobody's loss.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(program.input);
  const limit = new AbortController();
  try {
    const how = await Promise.race([
      exited,
      timeUp(program.timeoutMs, limit.signal),
      abortOf(signal, limit.signal),
    ]);
    if (typeof how === "string") {
      await endGroup(child, exited, program);
      return { how };
    }
    if (how instanceof Error) return { how: "not_started", why: how.message };
    await within(closed, HELD_MS);
    const [code, by] = how;
    return { how: "exited", code, signal: by, stdout: out.text(), stderr: err.text(), isCut: out.isCut() };
  } finally {
    limit.abort();
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Some errnos (E2BIG, EAGAIN) and a NUL in an argument are thrown, the others are an event. */
function start({ argv: [program, ...args], dir, env, descriptors }: Confined): ChildProcess | Error {
  try {
    return spawn(program, args, {
      cwd: dir,
      env: { ...env },
      stdio: ["pipe", "pipe", "pipe", ...descriptors],
      // A new session: no terminal, and a group that can be ended as one.
      detached: true,
    });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function collect(stream: NodeJS.ReadableStream | null): {
  readonly text: () => string;
  readonly isCut: () => boolean;
} {
  const chunks: Buffer[] = [];
  let size = 0;
  let total = 0;
  stream?.on("data", (chunk: Buffer) => {
    total += chunk.length;
    const kept = chunk.subarray(0, OUTPUT_BYTES - size);
    if (kept.length === 0) return;
    chunks.push(kept);
    size += kept.length;
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), isCut: () => total > size };
}

function once(child: ChildProcess, event: "close"): Promise<void> {
  return new Promise((resolve) => child.once(event, () => resolve()));
}

function exitOf(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null] | Error> {
  return new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, signal) => resolve([code, signal]));
  });
}

function timeUp(ms: number, over: AbortSignal): Promise<"timeout"> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("timeout"), ms);
    over.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}

function abortOf(signal: AbortSignal, over: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    const aborted = (): void => resolve("aborted");
    if (signal.aborted) aborted();
    signal.addEventListener("abort", aborted, { signal: over });
  });
}

async function endGroup(
  child: ChildProcess,
  exited: Promise<unknown>,
  { tag, sandbox }: HookProgram,
): Promise<void> {
  const isConfined = sandbox.name !== "off";
  killCommand(child, "SIGTERM", isConfined);
  await within(exited, TERM_MS);
  // Also when its leader is gone: the others of the group may have stayed.
  killCommand(child, "SIGKILL", false);
  await within(exited, KILLED_MS);
  await stopTagged(tag);
}

async function within(event: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([event, timeUp(ms, over.signal)]);
  over.abort();
}
