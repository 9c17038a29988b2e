import { setImmediate as turn } from "node:timers/promises";
import type { Fs, OpenFile } from "../../base/files.ts";
import type { EntryId } from "../../protocol/names.ts";
import { type DecodedLine, decodeLine, encodeLine, lineEnd, MAX_LINE_BYTES } from "../line-codec.ts";

/** One reading: longer than the longest line, so that a full one always holds a newline or a line that is too long. */
export const CHUNK_BYTES = MAX_LINE_BYTES + 64 * 1024;
const BACK_BYTES = 16 * 1024;
const BACK_LIMIT = 8 * CHUNK_BYTES;

/** Says that the segment ends here: entries behind it are void, the log goes on in the next one. It has no id. */
export function sealLine(): Buffer<ArrayBuffer> {
  return encodeLine('{"v":1,"op":"seal"}');
}

/** Stands in every seal, and in few other lines. */
const SEAL_MARK = Buffer.from('"seal"');

export function isSeal(value: Record<string, unknown>): boolean {
  return value["op"] === "seal" && value["id"] === undefined;
}

function isSealLine(line: DecodedLine): boolean {
  return line.ok && isSeal(line.value);
}

export async function readChunk(fs: Fs, file: OpenFile, offset: number, max: number): Promise<Buffer> {
  const bytes = await fs.readFrom(file, offset, max);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Shows each complete line behind `from` to `visit`, until it answers true; answers whether it did. `from` is the start
 * of a line. Gives way to the event loop between chunks.
 */
async function someLine(
  fs: Fs,
  file: OpenFile,
  from: number,
  visit: (line: DecodedLine) => boolean,
): Promise<boolean> {
  for (let offset = from; ; await turn()) {
    const bytes = await readChunk(fs, file, offset, CHUNK_BYTES);
    let at = 0;
    for (let end = lineEnd(bytes, at); end >= 0; end = lineEnd(bytes, at)) {
      if (end > at && visit(decodeLine(bytes, at, end))) return true;
      at = end + 1;
    }
    if (bytes.length < CHUNK_BYTES) return false;
    offset += at === 0 ? bytes.length : at;
  }
}

/** Whether a seal stands in the segment at or behind `from`. Looks at its end first, where it nearly always is. */
export async function isSealed(fs: Fs, file: OpenFile, from = 0): Promise<boolean> {
  const { size } = await fs.facts(file);
  const near = size - BACK_BYTES;
  if (near > from) {
    const bytes = await readChunk(fs, file, near, BACK_BYTES);
    const first = lineEnd(bytes, 0);
    if (first >= 0 && (await someLine(fs, file, near + first, isSealLine))) return true;
  }
  return hasSealFrom(fs, file, from);
}

/** Only lines that look like a seal are decoded: a segment of the journal holds half a million others. */
async function hasSealFrom(fs: Fs, file: OpenFile, from: number): Promise<boolean> {
  for (let offset = from; ; await turn()) {
    const bytes = await readChunk(fs, file, offset, CHUNK_BYTES);
    const last = bytes.lastIndexOf(10);
    for (let hit = bytes.indexOf(SEAL_MARK); hit >= 0 && hit < last; ) {
      const end = lineEnd(bytes, hit);
      if (isSealLine(decodeLine(bytes, bytes.lastIndexOf(10, hit) + 1, end))) return true;
      hit = bytes.indexOf(SEAL_MARK, end);
    }
    if (bytes.length < CHUNK_BYTES) return false;
    offset += last < 0 ? bytes.length : last + 1;
  }
}

/** What stands in front of a seal, or is not there: the answer a writer needs when the next segment exists. */
export async function findEntry(
  fs: Fs,
  file: OpenFile,
  from: number,
  id: EntryId,
): Promise<"stands" | "void" | "missing"> {
  let found: "stands" | "void" | "missing" = "missing";
  await someLine(fs, file, from, (line) => {
    if (!line.ok) return false;
    if (line.value["id"] === id) found = "stands";
    else if (isSeal(line.value)) found = "void";
    return found !== "missing";
  });
  return found;
}

/** An entry by what identifies it. */
export interface EntryMark {
  readonly id: unknown;
  readonly checksum: number;
}

/** The last line that counts in front of `offset`. Undefined when there is none, or the file is no log up to there. */
export async function lastEntryBefore(
  fs: Fs,
  file: OpenFile,
  offset: number,
): Promise<EntryMark | undefined> {
  for (let window = BACK_BYTES; ; window *= 4) {
    const start = Math.max(0, offset - window);
    const bytes = await readChunk(fs, file, start, offset - start);
    if (bytes.length < offset - start || bytes.at(-1) !== 10) return undefined;
    const found = lastIn(bytes, start === 0);
    if (found || start === 0 || window > BACK_LIMIT) return found;
  }
}

function lastIn(bytes: Buffer, fromStart: boolean): EntryMark | undefined {
  let end = bytes.length - 1;
  while (end > 0) {
    const newline = bytes.lastIndexOf(10, end - 1);
    if (newline < 0 && !fromStart) return undefined;
    const line = end > newline + 1 ? decodeLine(bytes, newline + 1, end) : undefined;
    if (line?.ok && !isSeal(line.value)) {
      return { id: line.value["id"], checksum: line.checksum };
    }
    end = newline;
  }
  return undefined;
}

/** The last line that counts in front of the seal of a segment; undefined when the segment is not there. */
export async function lastBeforeSeal(
  fs: Fs,
  segment: { readonly file: OpenFile } | undefined,
): Promise<EntryMark | undefined> {
  let last: EntryMark | undefined;
  if (!segment) return undefined;
  await someLine(fs, segment.file, 0, (line) => {
    if (!line.ok) return false;
    if (isSeal(line.value)) return true;
    last = { id: line.value["id"], checksum: line.checksum };
    return false;
  });
  return last;
}

/** The offset behind the last newline of the file. */
export async function endOfLines(fs: Fs, file: OpenFile): Promise<number> {
  const { size } = await fs.facts(file);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const bytes = await readChunk(fs, file, start, end - start);
    const newline = bytes.lastIndexOf(10);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
