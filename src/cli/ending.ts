import { isErrno, TroupeError } from "../base/errors.ts";
import type { EndSignal, Io } from "./io.ts";

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** After a first signal a command has this long to end in good order, in ms. Source: faults.md G12. */
const GRACE_MS = 10_000;

/** Why a command should come to its end before it is done. */
export interface Ending {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP and when the reader of stdout is gone. */
  readonly signal: AbortSignal;
  /** 128 + n after a signal, 0 when the reader of stdout went away, undefined otherwise. */
  readonly exitCode: () => number | undefined;
  /** Why stdout could not take the output, when that was not its reader's doing. */
  readonly outputError: () => Error | undefined;
  /** Waits until stdout and stderr have taken everything, or failed. */
  readonly flush: () => Promise<void>;
  /** For processes of a team: whoever stops them has a deadline of its own. */
  readonly withoutDeadline: () => void;
  readonly close: () => void;
}

export function watchEnding(io: Io): Ending {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let outputError: Error | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let isSignalled = false;
  let hasDeadline = true;

  const listeners = SIGNALS.map((name) => ({ name, listener: () => ended(name) }));
  for (const { name, listener } of listeners) io.onSignal(name, listener);
  io.stdout.on("error", failed);
  // Words for people: when nobody reads them the work still counts.
  io.stderr.on("error", ignored);

  function ended(name: EndSignal): void {
    if (isSignalled) return hardEnd(name);
    isSignalled = true;
    exitCode = 128 + NUMBERS[name];
    if (hasDeadline) deadline = setTimeout(() => hardEnd(name), GRACE_MS).unref();
    controller.abort(
      new TroupeError("interrupted", `interrupted by ${name}`, { details: { signal: name, exit: exitCode } }),
    );
  }

  function hardEnd(name: EndSignal): void {
    close();
    io.die(name);
  }

  function failed(error: Error): void {
    if (isErrno(error, "EPIPE")) exitCode ??= 0;
    else outputError ??= error;
    controller.abort(error);
  }

  function close(): void {
    clearTimeout(deadline);
    for (const { name, listener } of listeners) io.offSignal(name, listener);
  }

  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    outputError: () => outputError,
    flush: async () => {
      await written(io.stdout);
      await written(io.stderr);
    },
    withoutDeadline: () => {
      hasDeadline = false;
    },
    close,
  };
}

/** The listener stays when the command is over: Node throws an `error` event that nobody listens to. */
function ignored(): void {
  return undefined;
}

function written(stream: NodeJS.WritableStream): Promise<void> {
  // An error of an earlier write is emitted before or right after this callback, never later than the next round.
  return new Promise((resolve) => stream.write("", () => setImmediate(resolve)));
}

/** The exit code of a command that was ended by `signal` while it went on and on: 128 + n, or 0 when its reader left. */
export function interruptedExit(signal: AbortSignal): number {
  const reason: unknown = signal.reason;
  const exit = reason instanceof TroupeError ? reason.details["exit"] : 0;
  return typeof exit === "number" ? exit : 0;
}
