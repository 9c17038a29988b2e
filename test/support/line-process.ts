import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A process that speaks in lines; when the test ends its stdin is closed, and its end is waited for. */
export interface LineProcess {
  readonly pid: number;
  /** Its next line; undefined when it has ended. */
  readonly next: () => Promise<string | undefined>;
  readonly say: (line: string) => void;
  readonly ended: Promise<unknown>;
}

export function startLines(argv: readonly string[], env: Readonly<Record<string, string>> = {}): LineProcess {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: "/usr/bin:/bin", ...env },
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    next: async () => {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    ended,
  };
}
