import { StringDecoder } from "node:string_decoder";

/** What a server says on stderr, in pieces that end with a line. */
export interface WholeLines {
  readonly add: (chunk: Buffer) => void;
  /** What is left without the end of its line. */
  readonly end: () => void;
}

/** A longer line is dropped, and said. */
const LINE_CHARACTERS = 64 * 1024;

/** Whoever takes secrets out of a text finds none of which two pieces have a part each. */
export function wholeLines(tell: (text: string) => void): WholeLines {
  const decoder = new StringDecoder("utf8");
  let held = "";
  let isDropping = false;

  const take = (text: string): void => {
    const end = text.lastIndexOf("\n") + 1;
    const whole = text.slice(0, end);
    const from = isDropping ? whole.indexOf("\n") + 1 : 0;
    if (end > 0) isDropping = false;
    if (whole.slice(from).trim() !== "") tell(whole.slice(from));
    held = isDropping ? "" : text.slice(end);
    if (held.length <= LINE_CHARACTERS) return;
    tell(`dropped: a line of more than ${LINE_CHARACTERS} characters`);
    held = "";
    isDropping = true;
  };
  return {
    add: (chunk) => take(held + decoder.write(chunk)),
    end: () => take(`${held}${decoder.end()}\n`),
  };
}
