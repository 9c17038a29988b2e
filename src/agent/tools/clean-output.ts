import { stripVTControlCharacters } from "node:util";

/** Above this share of bytes that are no text, output is not worth a model's tokens. */
const MOST_JUNK = 0.3;

/** The text of a command's output: no escape sequences, no control characters but newline and tab; binary is only named (faults.md J4). */
export function cleanOutput(output: string): string {
  const text = stripVTControlCharacters(output)
    .replaceAll(/\r+\n/g, "\n")
    // A progress bar returns to the start of its line.
    .replaceAll("\r", "\n");
  const clean = text.replaceAll(/[^\P{Cc}\n\t]/gu, "");
  const junk = text.length - clean.length + (clean.match(/\ufffd/g) ?? []).length;
  if (junk > text.length * MOST_JUNK) return `(binary output, about ${Buffer.byteLength(output)} bytes)`;
  return clean;
}
