import { safeText } from "../base/safe-text.ts";

/** Text of somebody else as a model may read it: what a terminal may show, with `\r\n` as `\n`. */
export function plainText(text: string): string {
  return safeText(text.replaceAll("\r\n", "\n"));
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
