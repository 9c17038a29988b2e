import { diskError } from "../../base/disk-error.ts";
import { TroupeError } from "../../base/errors.ts";
import { createSerial } from "../../base/serial.ts";
import type { EntryId, Position } from "../../protocol/names.ts";
import type { Decoder } from "../decoder.ts";
import { MAX_LINE_BYTES } from "../line-codec.ts";
import { type Place, placeOf, positionOf } from "../position.ts";
import type { ReadResult, TornLine } from "../store.ts";
import { checkMark, endOfLog, type LogFiles, startOfLog } from "./log-marks.ts";
import { vanished } from "./log-place.ts";
import type { OpenSegment } from "./segment-file.ts";
import { newerFormat, type Taken, takeLines } from "./take-lines.ts";

export interface LogReader<E> {
  readonly read: (from: Position) => Promise<ReadResult<E>>;
  readonly start: () => Promise<Position>;
  readonly end: () => Promise<Position>;
  /** The checksum of the last entry in front of `position` when that entry is `id`; undefined when it is not. */
  readonly check: (position: Position, id: EntryId) => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

export interface ReaderDeps<E> extends LogFiles {
  readonly decoder: Decoder<E>;
  readonly onTorn: (line: TornLine) => void;
  /** Finishes the seal of a segment over which the next one exists already. */
  readonly seal: (segment: number) => Promise<void>;
}

interface Reader<E> extends ReaderDeps<E> {
  /** Readings in a row that found nothing. */
  quiet: number;
  /** How far a line without an end was searched, so that a poll does not search it again. */
  long: { readonly segment: number; readonly start: number; readonly searched: number } | undefined;
}

/** Callers take turns: one descriptor and what was seen of it are kept between calls. */
export function createLogReader<E>(deps: ReaderDeps<E>): LogReader<E> {
  const reader: Reader<E> = { ...deps, quiet: 0, long: undefined };
  const serial = createSerial();
  return {
    read: (from) => serial(() => read(reader, placeOf(from))),
    start: () => serial(() => explained(reader, () => startOfLog(reader))),
    end: () => serial(() => explained(reader, () => endOfLog(reader))),
    check: (position, id) => serial(() => explained(reader, () => checkMark(reader, placeOf(position), id))),
    close: () => serial(reader.files.close),
  };
}

async function explained<E, T>({ files, place }: Reader<E>, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    await files.close();
    throw diskError(error, "read", place.folder);
  }
}

async function read<E>(reader: Reader<E>, at: Place, isSecondLook = false): Promise<ReadResult<E>> {
  const segment = await reader.files.open(at.segment);
  if (!segment) return readAbsent(reader, at);
  const { bytes, lead, isFull } = await reader.files.read(segment, at.offset);
  const { path, number } = segment;
  const taken = takeLines(
    { path, segment: number, bytes, base: at.offset - lead, from: lead },
    reader.decoder,
  );
  if (taken.offset > at.offset || taken.stop !== undefined) {
    reader.quiet = 0;
    return resultOf(reader, segment, taken, isFull);
  }
  if (bytes.length - lead > MAX_LINE_BYTES) return passLongLine(reader, segment, at);
  // Only a second look in vain asks for the file itself: whoever works on the log does not pay for it.
  reader.quiet++;
  if (reader.quiet > 1 && !isSecondLook && (await hasMore(reader, segment))) return read(reader, at, true);
  return nothingAt(at);
}

function nothingAt(at: Place): ReadResult<never> {
  return { entries: [], torn: [], next: positionOf(at.segment, at.offset), atEnd: true };
}

function resultOf<E>(
  reader: Reader<E>,
  { path, number }: OpenSegment,
  { entries, torn, offset, stop }: Taken<E>,
  isFull: boolean,
): ReadResult<E> {
  torn.forEach(reader.onTorn);
  if (stop === "sealed") return { entries, torn, next: positionOf(number + 1, 0), atEnd: false };
  if (stop !== undefined && entries.length === 0) throw newerFormat(path, offset, stop);
  return { entries, torn, next: positionOf(number, offset), atEnd: stop === undefined && !isFull };
}

/** Drops a line over 1 MiB unread, in flat memory; until its newline is there, it is a line that is not there yet. */
async function passLongLine<E>(reader: Reader<E>, segment: OpenSegment, at: Place): Promise<ReadResult<E>> {
  const { long } = reader;
  const isKnown = long?.segment === at.segment && long.start === at.offset;
  const newline = await reader.files.findNewline(segment, isKnown ? long.searched : at.offset);
  if (!newline.found) {
    reader.long = { segment: at.segment, start: at.offset, searched: newline.offset };
    return nothingAt(at);
  }
  const torn: TornLine = {
    path: segment.path,
    offset: at.offset,
    bytes: newline.offset - at.offset,
    why: "too_long",
  };
  reader.onTorn(torn);
  return { entries: [], torn: [torn], next: positionOf(at.segment, newline.offset + 1), atEnd: false };
}

/** Whether it is worth looking again. Throws when the file is no longer the one at its path. */
async function hasMore<E>(reader: Reader<E>, segment: OpenSegment): Promise<boolean> {
  const { files, place } = reader;
  if (!(await files.isThere(segment))) {
    await files.close();
    return true;
  }
  if (!(await place.has(segment.number + 1))) return false;
  try {
    // Whoever made the next segment died before the seal, or is just about to write it.
    await reader.seal(segment.number);
    return true;
  } catch (error) {
    // A reader that may not write, or has no room to, waits for somebody who can: nothing counts behind it until then.
    if (error instanceof TroupeError && (error.code === "state_dir" || error.code === "disk_full"))
      return false;
    throw error;
  }
}

async function readAbsent<E>(reader: Reader<E>, at: Place): Promise<ReadResult<E>> {
  const { place } = reader;
  const segments = await place.list();
  // Made between the two looks.
  if (segments.includes(at.segment)) return read(reader, at);
  const [lowest] = segments;
  const isBeforeFirstUse = lowest === undefined && place.makeFirst !== undefined;
  if (isBeforeFirstUse && at.segment === 1 && at.offset === 0) return nothingAt(at);
  // Read to its end and removed by its owner: what is left is read on from its beginning.
  if (lowest !== undefined && place.removable && at.segment < lowest) {
    return read(reader, { segment: lowest, offset: 0 });
  }
  throw vanished(place.segment(at.segment));
}
