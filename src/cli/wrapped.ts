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
