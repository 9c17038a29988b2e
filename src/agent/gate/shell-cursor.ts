import type { Command, Word } from "./shell-script.ts";

/** A here-document whose body begins behind the next newline. */
export interface Heredoc {
  readonly delimiter: string;
  /** A quoted delimiter: nothing in the body expands. */
  readonly isQuoted: boolean;
  /** `<<-`: leading tabs do not count. */
  readonly isIndented: boolean;
}

/** Where the parser is in a text. One for each text: the inside of backticks and of a here-document are texts of their own. */
export interface Cursor {
  readonly text: string;
  at: number;
  steps: number;
  /** How many substitutions and groups are open, those of the text around it included. */
  depth: number;
  readonly commands: Command[];
  heredocs: Heredoc[];
  /** Once set, `at` is at the end and every loop stops. */
  trouble: string | undefined;
}

/** A word while it is read. */
export interface Draft {
  source: string;
  text: string;
  shape: string;
}

const DEEPEST = 20;

export function cursorOn(text: string, depth: number): Cursor {
  return { text, at: 0, steps: 0, depth, commands: [], heredocs: [], trouble: undefined };
}

/** Gives up: what follows is not looked at, because nothing is known about it. */
export function fail(cursor: Cursor, why: string): void {
  cursor.trouble ??= why;
  cursor.at = cursor.text.length;
}

export function isAtEnd(cursor: Cursor): boolean {
  cursor.steps++;
  return cursor.at >= cursor.text.length;
}

/** The text at the cursor. */
export function sees(cursor: Cursor, text: string): boolean {
  return cursor.text.startsWith(text, cursor.at);
}

export function goDeeper(cursor: Cursor): boolean {
  cursor.depth++;
  if (cursor.depth <= DEEPEST) return true;
  fail(cursor, "is nested too deeply");
  return false;
}

/** Takes over what the parser of an inner text found. */
export function adopt(cursor: Cursor, inner: Cursor): void {
  cursor.steps += inner.steps;
  cursor.commands.push(...inner.commands);
  if (inner.trouble !== undefined) fail(cursor, inner.trouble);
  if (inner.heredocs.length > 0) fail(cursor, "has an open here-document");
}

/** Passes over a backslash at the end of a line, which is nothing. */
export function skipContinuation(cursor: Cursor): boolean {
  if (!sees(cursor, "\\\n")) return false;
  if (cursor.heredocs.length > 0) fail(cursor, "has a line continuation before the text of a here-document");
  else cursor.at += 2;
  return true;
}

export function add(draft: Draft, source: string, text = source, shape = text): void {
  draft.source += source;
  draft.text += text;
  draft.shape += shape;
}

export function finished({ source, text, shape }: Draft): Word {
  return { source, text, shape };
}
