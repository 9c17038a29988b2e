/** Counts the characters that a match looked at: what a test holds to be linear. */
export interface Tally {
  steps: number;
}

/** A pattern whose `*` stands for any text, also none, also spaces and slashes. */
export interface TextGlob {
  /** What stands before the first `*`; without a `*` the whole pattern. */
  readonly head: string;
  /** What stands between the stars, in order. */
  readonly middle: readonly string[];
  /** What stands behind the last `*`; undefined = there is none. */
  readonly tail: string | undefined;
}

export function textGlob(pattern: string): TextGlob {
  const [head = "", ...rest] = pattern.split(/\*+/);
  const tail = rest.pop();
  return { head, middle: rest, tail };
}

/** Each piece is looked for once, behind the one before: the leftmost place is always good enough, so nothing is tried twice. */
export function matchesText({ head, middle, tail }: TextGlob, text: string, tally?: Tally): boolean {
  if (tally) tally.steps += head.length + (tail?.length ?? 0);
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const piece of middle) {
    const found = text.indexOf(piece, at);
    if (tally) tally.steps += (found === -1 ? text.length : found + piece.length) - at;
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at + tail.length <= text.length;
}
