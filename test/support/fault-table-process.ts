import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Answer } from "../fixtures/fault-answers.mjs";
import type { Mark } from "../fixtures/fault-operations.mjs";

const PROCESS = join(import.meta.dirname, "../fixtures/fault-process.mjs");

const Addressed = z.object({ to: z.string() });

export interface ObedientOrder {
  readonly do: "open" | "run" | "close" | "ping";
  readonly operation?: string;
  readonly configDir?: string;
  readonly bad?: string | undefined;
  /** What the ids of this process begin with; two at once must differ. */
  readonly instance?: string;
  readonly mark?: Mark;
}

/** A process that does one operation of the fault table after the other, as it is told. */
export interface Obedient {
  readonly pid: number;
  readonly isAlive: () => boolean;
  /** The answer; that the process ended instead is one too. */
  readonly ask: (order: ObedientOrder) => Promise<Answer>;
  readonly end: () => Promise<void>;
}

/** `through`: a command that becomes the program behind it, as `setpriv … ` does. */
export async function startObedient(...through: readonly string[]): Promise<Obedient> {
  const [program, ...args] = [...through, process.execPath, "--v8-pool-size=0", PROCESS];
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    // strace counts for each thread.
    env: { PATH: "/usr/bin:/bin", UV_THREADPOOL_SIZE: "1" },
  });
  const waiting: { readonly to: string; readonly give: (answer: string) => void }[] = [];
  let complaint = "";
  let isOver = false;
  const lastWord = (): string => JSON.stringify({ kind: "bug", message: `the process ended: ${complaint}` });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { to } = Addressed.parse(JSON.parse(line));
    const index = waiting.findIndex((each) => each.to === to);
    waiting.splice(index, 1)[0]?.give(line);
  });
  const ended = once(child, "close");
  child.on("close", () => {
    isOver = true;
    for (const { give } of waiting.splice(0)) give(lastWord());
  });
  const next = (to: string): Promise<string> =>
    new Promise((give) => {
      if (isOver) give(lastWord());
      else waiting.push({ to, give });
    });
  await next("start");
  return {
    pid: child.pid ?? 0,
    isAlive: () => !isOver,
    ask: async (order) => {
      const answer = next(order.do);
      if (!isOver) child.stdin.write(`${JSON.stringify(order)}\n`);
      return JSON.parse(await answer) as Answer;
    },
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
