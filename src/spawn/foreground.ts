import { spawn } from "node:child_process";
import type { StartSpec } from "./backend.ts";

/**
 * A process in front of whoever started it: it writes where this one writes, and gets the signal `endBy` names when
 * `signal` aborts. Its own session, so that it goes on when this process is killed, and can be ended
 * with all of its own. Answers its exit code; 128 + 9 when a signal ended it.
 */
export async function runInFront(
  spec: Omit<StartSpec, "outputPath">,
  signal: AbortSignal,
  endBy: (reason: unknown) => NodeJS.Signals,
): Promise<number> {
  const [program, ...args] = spec.argv;
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = (): void => {
    child.kill(endBy(signal.reason));
  };
  signal.addEventListener("abort", end);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("exit", (code) => resolve(code ?? 137));
      child.once("error", reject);
    });
  } finally {
    signal.removeEventListener("abort", end);
  }
}
