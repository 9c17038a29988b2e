import { type ChildProcess, spawn } from "node:child_process";
import { isSystemError } from "../../base/disk-error.ts";
import { TroupeError } from "../../base/errors.ts";
import type { Confined, Sandbox } from "../../base/sandbox.ts";
import { killCommand } from "./kill-command.ts";
import { createOutputRing } from "./output-ring.ts";
import { openSpill, type Spill, type SpilledOutput } from "./spill.ts";

export interface Command {
  readonly command: string;
  readonly dir: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly sandbox: Sandbox;
  /** Where output that is too long is kept whole; undefined = nowhere. */
  readonly spillDir?: string | undefined;
}

/** How a command ended. `isHeld`: a background process still had the output open, and reading stopped. */
export interface CommandEnd {
  readonly output: string;
  readonly how: "exited" | "timeout" | "aborted";
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isHeld: boolean;
  /** Output that was too long. */
  readonly spilled: SpilledOutput | undefined;
}

const RING_BYTES = 1024 * 1024;
/** Output above this goes to a file as well: a model sees less than what the ring keeps. */
const SPILL_BYTES = 64 * 1024;
/** How long reading goes on behind the exit while a background process holds the pipe (faults.md J3). */
const HELD_MS = 2_000;
/** From SIGTERM, in which git takes its lock files away, to SIGKILL. */
const TERM_MS = 500;

/**
 * Runs a line of bash in a process group of its own, with stdin from /dev/null (faults.md J1). At the timeout and at the
 * signal everything it started is killed, and what it wrote until then comes back. Throws when it cannot be started, or
 * not be confined as the sandbox has to.
 */
export async function runCommand(what: Command, signal: AbortSignal): Promise<CommandEnd> {
  const { command, dir, env, sandbox } = what;
  const confined = await sandbox.confine({
    // One pipe for both streams keeps their order. bash reads line by line: a wrong first line still reaches stderr.
    argv: ["/bin/bash", "--noprofile", "--norc", "-c", `exec 2>&1; ${command}`],
    dir,
    env,
  });
  try {
    return await runConfined(confined, what, signal);
  } finally {
    await confined.release();
  }
}

async function runConfined(confined: Confined, what: Command, signal: AbortSignal): Promise<CommandEnd> {
  const isConfined = what.sandbox.name !== "off";
  const output = createOutput(what.spillDir);
  const child = start(confined, output);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  let how: CommandEnd["how"] = "exited";
  let killer: NodeJS.Timeout | undefined;
  const end = (why: "timeout" | "aborted"): void => {
    if (how !== "exited") return;
    how = why;
    killCommand(child, "SIGTERM", isConfined);
    killer = setTimeout(() => killCommand(child, "SIGKILL", isConfined), TERM_MS);
  };
  const abort = (): void => end("aborted");
  const timer = setTimeout(() => end("timeout"), what.timeoutMs);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    const { code, signal: by } = await exitOf(child);
    // What is left of a group that was told to end is not waited for.
    if (killer !== undefined) killCommand(child, "SIGKILL", isConfined);
    const isHeld = await isLate(closed, killer === undefined ? HELD_MS : 0);
    return { ...output.end(), how, code, signal: by, isHeld };
  } finally {
    output.end();
    clearTimeout(timer);
    clearTimeout(killer);
    signal.removeEventListener("abort", abort);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function start({ argv, dir, env, descriptors }: Confined, output: Output): ChildProcess {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    cwd: dir,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", ...descriptors],
    detached: true,
  });
  child.stdout?.on("data", output.add);
  child.stderr?.on("data", output.add);
  return child;
}

interface Output {
  readonly add: (bytes: Buffer) => void;
  /** May be called again. */
  readonly end: () => Pick<CommandEnd, "output" | "spilled">;
}

/** Head and tail in memory; from `SPILL_BYTES` on everything in a file too. */
function createOutput(spillDir: string | undefined): Output {
  const ring = createOutputRing(RING_BYTES);
  let early: Buffer[] = [];
  let size = 0;
  let spill: Spill | undefined;
  let spilled: SpilledOutput | undefined;
  let isSpilling = spillDir !== undefined;

  const keep = (bytes: Buffer): void => {
    if (spill === undefined) early.push(bytes);
    else spill.add(bytes);
    if (spill !== undefined || spillDir === undefined || size <= SPILL_BYTES) return;
    spill = spillIn(spillDir);
    isSpilling = spill !== undefined;
    for (const piece of early) spill?.add(piece);
    early = [];
  };

  return {
    add: (bytes) => {
      ring.add(bytes);
      size += bytes.length;
      if (isSpilling) keep(bytes);
    },
    end: () => {
      spilled ??= spill?.end();
      return { output: ring.text(), spilled };
    },
  };
}

/** Without a disk to write to, head and tail are all there is. */
function spillIn(folder: string): Spill | undefined {
  try {
    return openSpill(folder);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
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
