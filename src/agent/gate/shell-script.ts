/** Stands in a word's `shape` for what is known only when the command runs: a variable, a substitution. */
export const UNKNOWN = "\0";
/** Stands in a word's `shape` for an unquoted `*`, `?`, `[` or the `{` of a brace expansion: one word may become several. */
export const GLOB = "\u0001";
/** Stands in a word's `shape` for an unquoted `~` at its beginning. */
export const TILDE = "\u0002";

/** One word of a command. */
export interface Word {
  /** As written, without line continuations. */
  readonly source: string;
  /** Without quotes and escapes; what expands stands as written. */
  readonly text: string;
  /** As `text`, but what expands is one of the marks above. Nothing else in it is a control character but newline and tab. */
  readonly shape: string;
}

export interface Redirect {
  /** both: `<>`. */
  readonly direction: "read" | "write" | "both";
  readonly target: Word;
}

/** What the shell starts as one program or builtin, wherever it stood: in a list, a pipe, a group, a substitution. */
export interface Command {
  /** `NAME=value` in front of the words. */
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  /** The program and its arguments; [] = only assignments or redirections. */
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

/** All that a text would run. With `trouble` it is not all: `commands` are those found before. */
export interface Script {
  readonly commands: readonly Command[];
  /** Why the text cannot be understood for sure, as the end of a sentence; undefined = it can. */
  readonly trouble: string | undefined;
  /** Characters and tokens looked at: what a test holds to be linear in the length of the text. */
  readonly steps: number;
}

export function isLiteral({ shape }: Pick<Word, "shape">): boolean {
  return !shape.includes(UNKNOWN) && !shape.includes(GLOB) && !shape.startsWith(TILDE);
}

/** What of the word is certain before the first part that expands. */
export function knownPart({ shape }: Pick<Word, "shape">): string {
  if (shape.startsWith(TILDE)) return "";
  const marks = [shape.indexOf(UNKNOWN), shape.indexOf(GLOB)].filter((at) => at !== -1);
  return shape.slice(0, Math.min(shape.length, ...marks));
}
