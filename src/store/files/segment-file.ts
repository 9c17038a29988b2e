import { setImmediate as turn } from "node:timers/promises";
import { closeFile } from "../../base/close-file.ts";
import { diskError } from "../../base/disk-error.ts";
import { isErrno } from "../../base/errors.ts";
import type { Fs, OpenFile } from "../../base/files.ts";
import { CHUNK_BYTES, readChunk } from "./log-lines.ts";
import { damaged, type LogPlace, vanished } from "./log-place.ts";

export interface OpenSegment {
  readonly number: number;
  readonly path: string;
  readonly file: OpenFile;
  readonly inode: bigint;
}

/** One descriptor for reading, kept open for the segment that was asked for last. Not for two callers at a time. */
export interface SegmentFile {
  /** Undefined when the segment is not there. */
  readonly open: (number: number) => Promise<OpenSegment | undefined>;
  /** A chunk from `offset` on, with the byte in front of it. That byte ends a line, or this is not the file it was: `journal_damaged`. */
  readonly read: (
    segment: OpenSegment,
    offset: number,
  ) => Promise<{ bytes: Buffer; lead: 0 | 1; isFull: boolean }>;
  /** Where the next newline stands, from `offset` on, or how far the file was searched in vain. */
  readonly findNewline: (segment: OpenSegment, offset: number) => Promise<{ found: boolean; offset: number }>;
  /** Whether the path still names this file. Throws `journal_damaged` when it names another, or when a file is gone that has to stay. */
  readonly isThere: (segment: OpenSegment) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export function createSegmentFile(fs: Fs, place: LogPlace): SegmentFile {
  let current: OpenSegment | undefined;
  const close = async (): Promise<void> => {
    const closing = current;
    current = undefined;
    if (closing) await closeFile(fs, closing.file);
  };
  /** A descriptor that failed once (ESTALE) is opened anew by the next call. */
  const failed = async (error: unknown, doing: string, path: string): Promise<unknown> => {
    await close();
    return diskError(error, doing, path);
  };
  return {
    open: async (number) => {
      if (current?.number === number) return current;
      await close();
      const path = place.segment(number);
      try {
        current = await openSegment(fs, number, path);
        return current;
      } catch (error) {
        if (isErrno(error, "ENOENT")) return undefined;
        throw diskError(error, "open", path);
      }
    },
    read: async (segment, offset) => {
      try {
        return await readFrom(fs, segment, offset);
      } catch (error) {
        throw await failed(error, "read", segment.path);
      }
    },
    findNewline: async (segment, offset) => {
      try {
        return await findNewline(fs, segment, offset);
      } catch (error) {
        throw await failed(error, "read", segment.path);
      }
    },
    isThere: async (segment) => {
      try {
        return await isThere(fs, place, segment);
      } catch (error) {
        throw await failed(error, "look at", segment.path);
      }
    },
    close,
  };
}

async function openSegment(fs: Fs, number: number, path: string): Promise<OpenSegment> {
  const file = await fs.openRead(path);
  try {
    return { number, path, file, inode: (await fs.facts(file)).inode };
  } catch (error) {
    await closeFile(fs, file);
    throw error;
  }
}

async function readFrom(
  fs: Fs,
  { file, path }: OpenSegment,
  offset: number,
): Promise<{ bytes: Buffer; lead: 0 | 1; isFull: boolean }> {
  const lead = offset > 0 ? 1 : 0;
  const bytes = await readChunk(fs, file, offset - lead, CHUNK_BYTES + lead);
  if (lead === 1 && bytes[0] !== 10) {
    const { size } = await fs.facts(file);
    throw bytes.length === 0
      ? damaged(path, `shrank: it has ${size} bytes, ${offset} were read`)
      : damaged(path, `was changed: no line ends at byte ${offset}, up to which it was read`);
  }
  const isFull = bytes.length === CHUNK_BYTES + lead;
  // A full chunk is followed by another: others get their turn in between.
  if (isFull) await turn();
  return { bytes, lead, isFull };
}

async function findNewline(
  fs: Fs,
  { file }: OpenSegment,
  from: number,
): Promise<{ found: boolean; offset: number }> {
  for (let offset = from; ; await turn()) {
    const bytes = await readChunk(fs, file, offset, CHUNK_BYTES);
    const newline = bytes.indexOf(10);
    if (newline >= 0) return { found: true, offset: offset + newline };
    offset += bytes.length;
    if (bytes.length < CHUNK_BYTES) return { found: false, offset };
  }
}

async function isThere(
  fs: Fs,
  place: LogPlace,
  { path, file, inode, number }: OpenSegment,
): Promise<boolean> {
  const { links } = await fs.facts(file);
  const there = await fs.stat(path);
  if (links > 0 && there?.inode === inode) return true;
  if (there) throw damaged(path, "was replaced by another file while in use");
  if (place.removable && (await place.list()).some((other) => other > number)) return false;
  throw vanished(path);
}
