import { safeText } from "../base/safe-text.ts";
import { cellWidth, cut } from "./cell-width.ts";

export type Style =
  | "bold"
  | "dim"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "brightGreen"
  | "brightBlue"
  | "brightMagenta"
  | "brightCyan";

/** A part of a line. Text of others never reaches a terminal as it is: `render` makes it safe, then paints it. */
export type Piece = string | { readonly text: string; readonly style: Style };

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  brightGreen: [92, 39],
  brightBlue: [94, 39],
  brightMagenta: [95, 39],
  brightCyan: [96, 39],
};

export function styled(style: Style, text: string): Piece {
  return { text, style };
}

/** One line on a screen: controls escaped, line breaks as spaces, in colour only when `color`. */
export function render(pieces: readonly Piece[], color: boolean): string {
  return pieces
    .map((piece) => {
      if (typeof piece === "string") return oneLine(piece);
      const [on, off] = CODES[piece.style];
      return color ? `\u001b[${on}m${oneLine(piece.text)}\u001b[${off}m` : oneLine(piece.text);
    })
    .join("")
    .trimEnd();
}

/** Text of others as it may stand in a line. */
export function oneLine(text: string): string {
  return safeText(text.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, " ").replaceAll("\t", " "));
}

/** The pieces of a line in at most `width` columns. */
export function cutPieces(pieces: readonly Piece[], width: number): readonly Piece[] {
  const kept: Piece[] = [];
  let left = width;
  for (const piece of pieces) {
    const safe = oneLine(plain(piece));
    const text = cut(safe, left);
    kept.push(withText(piece, text));
    left -= cellWidth(text);
    if (text !== safe) break;
  }
  return kept;
}

export function plain(piece: Piece): string {
  return typeof piece === "string" ? piece : piece.text;
}

export function withText(piece: Piece, text: string): Piece {
  return typeof piece === "string" ? text : { ...piece, text };
}
