import type { Fs } from "../../base/files.ts";
import type { EntryId, Position } from "../../protocol/names.ts";
import { type Place, positionOf } from "../position.ts";
import { endOfLines, isSealed, lastBeforeSeal, lastEntryBefore } from "./log-lines.ts";
import { type LogPlace, vanished } from "./log-place.ts";
import type { SegmentFile } from "./segment-file.ts";

export interface LogFiles {
  readonly fs: Fs;
  readonly place: LogPlace;
  readonly files: SegmentFile;
}

async function segmentsOf(place: LogPlace): Promise<readonly number[]> {
  const segments = await place.list();
  if (segments.length > 0) return segments;
  if (place.makeFirst) return [1];
  throw vanished(place.segment(1));
}

/** Where the oldest segment that is there begins. */
export async function startOfLog({ place }: LogFiles): Promise<Position> {
  const [lowest = 1] = await segmentsOf(place);
  return positionOf(lowest, 0);
}

/** Behind the last complete line of the last segment that counts: nothing counts before the one under it is sealed. */
export async function endOfLog({ fs, files, place }: LogFiles): Promise<Position> {
  const segments = await segmentsOf(place);
  for (const number of segments.toReversed()) {
    const under = segments.includes(number - 1) ? await files.open(number - 1) : undefined;
    if (under && !(await isSealed(fs, under.file))) continue;
    const segment = await files.open(number);
    return positionOf(number, segment ? await endOfLines(fs, segment.file) : 0);
  }
  return positionOf(1, 0);
}

/** The checksum of the last entry in front of `at` when that entry is `id`; undefined when it is not. */
export async function checkMark(
  { fs, files, place }: LogFiles,
  at: Place,
  id: EntryId,
): Promise<number | undefined> {
  const segment = await files.open(at.segment);
  if (!segment) return undefined;
  const last =
    at.offset > 0
      ? await lastEntryBefore(fs, segment.file, at.offset)
      : await lastBeforeSeal(fs, await files.open(at.segment - 1));
  if (last) return last.id === id ? last.checksum : undefined;
  // In front of the oldest segment of a mailbox stands what was read and removed: nothing there can be passed over.
  return at.offset === 0 && place.removable ? 0 : undefined;
}
