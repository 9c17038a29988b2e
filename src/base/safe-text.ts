// biome-ignore format: one alternative a line reads as the grammar it is
const SEQUENCES = new RegExp(
  [
    // CSI … final byte: colours, cursor, modes.
    "(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]",
    // OSC … BEL or ST: title, clipboard, links. A control ends the search, so that no text makes it slow.
    "(?:\\x1b\\]|\\x9d)[^\\x07\\x1b\\x80-\\x9f]*(?:\\x07|\\x1b\\\\|\\x9c)",
    // DCS, SOS, PM, APC … ST.
    "(?:\\x1b[PX^_]|[\\x90\\x98\\x9e\\x9f])[^\\x1b\\x80-\\x9f]*(?:\\x1b\\\\|\\x9c)",
    // ESC with one or two characters: reset, character sets, save and restore. Not the introducers of an unfinished one.
    "\\x1b[ -/]+[0-~]",
    "\\x1b[0-OQ-WYZ\\\\`-~]",
    // What is left: introducers without an end, and controls by themselves, but newline and tab.
    "\\x1b[P[\\]X^_]?",
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]",
  ].join("|"),
  "g",
);

/** Turns the reading direction, hides, or carries text that nobody sees. */
const INVISIBLE =
  /[\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;

const PICTURE_BEFORE = /\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?$/u;
const PICTURE_BEHIND = /^\p{Extended_Pictographic}/u;

/**
 * Text of anybody (a model, a file, a peer) as it may be shown on a terminal or in a log line: without controls but
 * newline and tab, without the sequences they open (colours, titles, clipboard, cursor), characters that turn or hide
 * text shown by their number (`‹U+202E›`), lone surrogates as U+FFFD. Printable text comes back unchanged; twice is the
 * same as once. Our own colours are added afterwards. Source: security.md §8.
 */
export function safeText(text: string): string {
  return text
    .replace(SEQUENCES, "")
    .replace(INVISIBLE, (character: string, at: number, all: string) => shown(character, at, all));
}

function shown(character: string, at: number, all: string): string {
  if (/\p{Surrogate}/u.test(character)) return "\uFFFD";
  if (character === "\u200D" && isJoiner(all, at)) return character;
  const code = character.codePointAt(0) ?? 0;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}

/** A joiner between two pictures makes one of them: 👩‍🚀. A picture has at most two units, its modifier two more. */
function isJoiner(text: string, at: number): boolean {
  return (
    PICTURE_BEFORE.test(text.slice(Math.max(0, at - 4), at)) &&
    PICTURE_BEHIND.test(text.slice(at + 1, at + 3))
  );
}
