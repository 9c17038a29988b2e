import { cellWidth, cut } from "./cell-width.ts";
import { oneLine, type Piece, plain, styled, withText } from "./piece.ts";

const GAP = "  ";

/**
 * Lines of aligned columns under a dim head. With `width` (columns of the terminal) the last column is cut to fit;
 * without it nothing is cut.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly Piece[])[],
  width?: number,
): readonly (readonly Piece[])[] {
  return aligned([head.map((title) => styled("dim", title)), ...rows], width);
}

/** The same without a head. */
export function aligned(rows: readonly (readonly Piece[])[], width?: number): readonly (readonly Piece[])[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cellWidth(oneLine(plain(cell))));
  return rows.map((row) => alignRow(row, widths, width));
}

function alignRow(
  row: readonly Piece[],
  widths: readonly number[],
  width: number | undefined,
): readonly Piece[] {
  const last = row.length - 1;
  const before = widths.slice(0, last).reduce((sum, column) => sum + column + GAP.length, 0);
  const line: Piece[] = [];
  for (const [column, cell] of row.entries()) {
    const text = oneLine(plain(cell));
    if (column === last) {
      line.push(withText(cell, width === undefined ? text : cut(text, Math.max(8, width - before))));
    } else {
      const pad = " ".repeat(Math.max(0, (widths[column] ?? 0) - cellWidth(text)));
      line.push(withText(cell, text), `${pad}${GAP}`);
    }
  }
  return line;
}
