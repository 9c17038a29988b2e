// Controls but tab and newline, and what hides or turns text around: bidi marks, zero width, tags.
const CONTROL = /[^\P{Cc}\t\n]/gu;
const HIDDEN = /[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Text of somebody else as a model may read it: no controls, nothing invisible, no half characters. `\r\n` becomes `\n`. */
export function plainText(text: string): string {
  // Unpaired surrogates become U+FFFD on the way through UTF-8.
  return Buffer.from(text, "utf8")
    .toString("utf8")
    .replaceAll("\r\n", "\n")
    .replace(CONTROL, "")
    .replace(HIDDEN, (mark) => `‹U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase()}›`);
}

/** One line of at most `max` characters, in double quotes: a subject cannot become two lines of ours. */
export function quoted(text: string, max = 300): string {
  const line = plainText(text).replace(/\s+/g, " ").trim();
  return JSON.stringify(line.length > max ? `${line.slice(0, max - 1)}…` : line);
}

/**
 * Puts text of a peer between two marks that it cannot contain, so that nothing in it can pass for ours.
 * `mark` is a fresh random id; a text that holds it all the same gets a longer one.
 */
export function fenced(text: string, mark: string): string {
  const clean = plainText(text);
  let fence = mark;
  while (clean.includes(fence)) fence += "-";
  return `<<<${fence}\n${clean}\n${fence}>>>`;
}
