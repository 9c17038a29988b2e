import { adopt, type Cursor, cursorOn, type Draft, fail, type Heredoc, isAtEnd } from "./shell-cursor.ts";
import { type ReadList, readExpansions } from "./shell-word.ts";

/** Behind a newline: the texts of the here-documents that the line before announced. */
export function readHeredocs(cursor: Cursor, list: ReadList): void {
  const announced = cursor.heredocs;
  cursor.heredocs = [];
  for (const heredoc of announced) readBody(cursor, heredoc, list);
}

function readBody(cursor: Cursor, { delimiter, isQuoted, isIndented }: Heredoc, list: ReadList): void {
  const start = cursor.at;
  while (!isAtEnd(cursor)) {
    const end = cursor.text.indexOf("\n", cursor.at);
    const line = cursor.text.slice(cursor.at, end === -1 ? undefined : end);
    const lineStart = cursor.at;
    cursor.at = end === -1 ? cursor.text.length : end + 1;
    cursor.steps += line.length;
    if ((isIndented ? line.replace(/^\t+/, "") : line) === delimiter) {
      if (!isQuoted) readText(cursor, cursor.text.slice(start, lineStart), list);
      return;
    }
    // It would join this line with the next, which may be the last.
    if (!isQuoted && line.endsWith("\\")) return fail(cursor, "has a line continuation in a here-document");
  }
  fail(cursor, "has an open here-document");
}

function readText(cursor: Cursor, body: string, list: ReadList): void {
  const inner = cursorOn(body, cursor.depth + 1);
  const draft: Draft = { source: "", text: "", shape: "" };
  readExpansions(inner, draft, list);
  adopt(cursor, inner);
}
