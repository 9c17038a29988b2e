import { safeText } from "./safe-text.ts";

/**
 * Text that a person decides about: what a terminal would not show as it is comes with its invisible characters spelled
 * out, where `safeText` leaves sequences out, and with them what a shell would run.
 */
export function faithfulText(text: string): string {
  return safeText(text) === text && !text.includes("\t") ? text : escaped(text);
}

/** Newlines stay, so that a script keeps its shape; everything that cannot be seen has its number. */
function escaped(text: string): string {
  return text.replace(/[^\P{C}\n]|[\u2028\u2029]/gu, (character) =>
    character === "\t" ? "\\t" : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
