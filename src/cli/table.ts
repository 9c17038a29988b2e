import { cellWidth, cut } from "./cell-width.ts";
import { oneLine, type Piece, plain, styled, withText } from "./piece.ts";

const GAP = "  ";

/** A title of a table; a bare one stands over a column of words. */
export type Title = string | { readonly title: string; readonly isRight: true };

/** Over a column of numbers, which can be compared when their ends stand below each other. */
export function rightAligned(title: string): Title {
  return { title, isRight: true };
}

/**
 * Lines of aligned columns under a dim head. With `width` (columns of the terminal) the last column is cut to fit;
 * without it nothing is cut.
 */
export function table(
  head: readonly Title[],
  rows: readonly (readonly Piece[])[],
  width?: number,
): readonly (readonly Piece[])[] {
  const titles = head.map((title) => styled("dim", typeof title === "string" ? title : title.title));
  const right = head.map((title) => typeof title !== "string");
  return alignedBy([titles, ...rows], right, width);
}

/** The same without a head. */
export function aligned(rows: readonly (readonly Piece[])[]): readonly (readonly Piece[])[] {
  return alignedBy(rows, [], undefined);
}

function alignedBy(
  rows: readonly (readonly Piece[])[],
  right: readonly boolean[],
  width: number | undefined,
): readonly (readonly Piece[])[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cellWidth(oneLine(plain(cell))));
  return rows.map((row) => alignRow(row, { widths, right, width }));
}

interface Columns {
  readonly widths: readonly number[];
  readonly right: readonly boolean[];
  readonly width: number | undefined;
}

function alignRow(row: readonly Piece[], { widths, right, width }: Columns): readonly Piece[] {
  const last = row.length - 1;
  const before = widths.slice(0, last).reduce((sum, column) => sum + column + GAP.length, 0);
  const line: Piece[] = [];
  for (const [column, cell] of row.entries()) {
    const text = oneLine(plain(cell));
    const pad = " ".repeat(Math.max(0, (widths[column] ?? 0) - cellWidth(text)));
    const isRight = right[column] === true;
    if (isRight && text !== "") line.push(pad);
    if (column === last)
      line.push(withText(cell, width === undefined ? text : cut(text, Math.max(8, width - before))));
    else line.push(withText(cell, text), isRight && text !== "" ? GAP : `${pad}${GAP}`);
  }
  return line;
}
