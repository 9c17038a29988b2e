/** A line that was longer than the limit: `head` and `tail` are what is left of it. */
export interface LongLine {
  readonly head: string;
  readonly tail: string;
}

export interface LineReader {
  readonly add: (chunk: Buffer) => void;
}

const NEWLINE = 0x0a;
const KEPT_BYTES = 256;

/**
 * Cuts a stream into lines without ever holding more than `limit` bytes. A line that is longer is not kept: `onLong` is
 * told once when it ends, and once more for each further `limit` bytes while it goes on, with `undefined`, so that a
 * line without an end cannot go on for ever.
 */
export function createLineReader(
  limit: number,
  onLine: (line: string) => void,
  onLong: (line: LongLine | undefined) => void,
): LineReader {
  let held: Buffer[] = [];
  let size = 0;
  let long: { head: string; tail: Buffer; told: number } | undefined;

  const put = (part: Buffer): void => {
    size += part.length;
    if (long === undefined && size > limit) {
      const head = Buffer.concat([...held, part.subarray(0, KEPT_BYTES)])
        .subarray(0, KEPT_BYTES)
        .toString("utf8");
      long = { head, tail: Buffer.alloc(0), told: 0 };
      held = [];
    }
    if (long === undefined) {
      held.push(part);
      return;
    }
    long.tail = Buffer.concat([long.tail, part.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES);
    for (; (long.told + 2) * limit < size; long.told++) onLong(undefined);
  };
  const end = (): void => {
    const line = long === undefined ? Buffer.concat(held).toString("utf8") : undefined;
    const was = long;
    held = [];
    size = 0;
    long = undefined;
    if (was !== undefined) onLong({ head: was.head, tail: was.tail.toString("utf8") });
    else if (line !== undefined) onLine(line);
  };
  return {
    add: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        put(chunk.subarray(from, at));
        end();
        from = at + 1;
      }
      if (from < chunk.length) put(chunk.subarray(from));
    },
  };
}
