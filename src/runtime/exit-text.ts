import { constants } from "node:os";
import type { Exit } from "../spawn/backend.ts";

const CODE = "exit code ";

/** How a process ended, for people: `killed (signal 9)`, or `exit code 4: error: no model`. */
export function exitText(exit: Exit, lastWords: readonly string[]): string {
  if ("signal" in exit) {
    const number = new Map(Object.entries(constants.signals)).get(exit.signal);
    return `killed (signal ${number ?? exit.signal})`;
  }
  const words = lastWords.findLast((line) => line.startsWith("error: ")) ?? lastWords.at(-1);
  return `${CODE}${exit.code}${words === undefined ? "" : `: ${words}`}`;
}

/** The exit code in a text that begins as `exitText` makes it. */
export function exitCodeIn(text: string): number | undefined {
  if (!text.startsWith(CODE)) return undefined;
  const code = Number.parseInt(text.slice(CODE.length), 10);
  return Number.isNaN(code) ? undefined : code;
}
