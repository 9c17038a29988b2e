import type { KillRun } from "./kill-harness.ts";
import type { Life } from "./kill-life.ts";

/** One line of what a worker said, taken apart. */
export interface Report {
  readonly life: Life;
  readonly word: string;
  readonly args: readonly string[];
}

export function nameOf(life: Life): string {
  return `${life.member}'s life ${life.number}`;
}

/** What the workers of a run said, life after life. */
export function reportsOf({ lives }: KillRun): Report[] {
  return lives.flatMap((life) =>
    life.lines.map((line) => {
      const [word = "", ...args] = line.split(" ");
      return { life, word, args };
    }),
  );
}
