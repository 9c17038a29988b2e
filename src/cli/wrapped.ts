import { cellWidth } from "./cell-width.ts";
import { oneLine } from "./piece.ts";

/** The text in lines of at most `columns`, broken between words; a word that is longer stands alone, whole. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text).split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && cellWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** The same for text of several lines: each keeps its own start, and lists stay lists. Without `columns` nothing is broken. */
export function wrappedText(text: string, columns: number | undefined): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const indent = /^ */.exec(line)?.[0] ?? "";
      if (columns === undefined) return [line];
      return wrapped(line.trim(), Math.max(20, columns - indent.length)).map((part) => `${indent}${part}`);
    });
}
