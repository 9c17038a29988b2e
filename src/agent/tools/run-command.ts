import { type ChildProcess, spawn } from "node:child_process";
import { TroupeError } from "../../base/errors.ts";
import { createOutputRing } from "./output-ring.ts";

export interface Command {
  readonly command: string;
  readonly dir: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** How a command ended. `isHeld`: a background process still had the output open, and reading stopped. */
export interface CommandEnd {
  readonly output: string;
  readonly how: "exited" | "timeout" | "aborted";
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isHeld: boolean;
}

const RING_BYTES = 1024 * 1024;
/** How long reading goes on behind the exit while a background process holds the pipe (faults.md J3). */
const HELD_MS = 2_000;
/** From SIGTERM, in which git takes its lock files away, to SIGKILL. */
const TERM_MS = 500;

/**
 * Runs a line of bash in a process group of its own, with stdin from /dev/null (faults.md J1). At the timeout and at the
 * signal the whole group is killed, and what it wrote until then comes back. Throws when bash cannot be started.
 */
export async function runCommand(what: Command, signal: AbortSignal): Promise<CommandEnd> {
  const { command, dir, env, timeoutMs } = what;
  const child = spawn(
    "/bin/bash",
    // One pipe for both streams keeps their order. bash reads line by line: a wrong first line still reaches stderr.
    ["--noprofile", "--norc", "-c", `exec 2>&1; ${command}`],
    { cwd: dir, env: { ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const ring = createOutputRing(RING_BYTES);
  child.stdout.on("data", ring.add);
  child.stderr.on("data", ring.add);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  let how: CommandEnd["how"] = "exited";
  let killer: NodeJS.Timeout | undefined;
  const end = (why: "timeout" | "aborted"): void => {
    if (how !== "exited") return;
    how = why;
    killGroup(child, "SIGTERM");
    killer = setTimeout(() => killGroup(child, "SIGKILL"), TERM_MS);
  };
  const abort = (): void => end("aborted");
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    const { code, signal: by } = await exitOf(child);
    // What is left of a group that was told to end is not waited for.
    if (killer !== undefined) killGroup(child, "SIGKILL");
    const isHeld = await isLate(closed, killer === undefined ? HELD_MS : 0);
    return { output: ring.text(), how, code, signal: by, isHeld };
  } finally {
    clearTimeout(timer);
    clearTimeout(killer);
    signal.removeEventListener("abort", abort);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group is gone already.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function exitOf(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        new TroupeError("failed", `the command could not be started: ${error.message}`, { cause: error }),
      ),
    );
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

/** True when `event` does not come within `ms`. */
async function isLate(event: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  try {
    return await Promise.race([event.then(() => false), limit]);
  } finally {
    clearTimeout(timer);
  }
}
