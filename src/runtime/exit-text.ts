import { constants } from "node:os";
import type { Exit } from "../spawn/backend.ts";

const CODE = "exit code ";
/** A settings file, a name or an argument that will not do: whoever starts again meets it again. Source: docs/cli.md, "Exit codes". */
const MISTAKE = 2;

/** How a process ended, for people: `killed (signal 9)`, or `exit code 4: error: no model`; where a person has to mend something, with the hint. */
export function exitText(exit: Exit, lastWords: readonly string[]): string {
  if ("signal" in exit) {
    const number = new Map(Object.entries(constants.signals)).get(exit.signal);
    return `killed (signal ${number ?? exit.signal})`;
  }
  const words = lastWords.findLast((line) => line.startsWith("error: ")) ?? lastWords.at(-1);
  const hint = exit.code === MISTAKE ? lastWords.findLast((line) => line.startsWith("hint: ")) : undefined;
  return `${CODE}${exit.code}${words === undefined ? "" : `: ${words}`}${hint === undefined ? "" : ` (${hint})`}`;
}

/** The exit code in a text that begins as `exitText` makes it. */
export function exitCodeIn(text: string): number | undefined {
  if (!text.startsWith(CODE)) return undefined;
  const code = Number.parseInt(text.slice(CODE.length), 10);
  return Number.isNaN(code) ? undefined : code;
}

/** Whether such a text says that no restart can help before a person has mended something. */
export function isMistake(text: string): boolean {
  return exitCodeIn(text) === MISTAKE;
}
