import { dirname, join } from "node:path";
import { diskError } from "../../base/disk-error.ts";
import { isErrno, TroupeError } from "../../base/errors.ts";
import type { Fs } from "../../base/files.ts";
import { segmentName, segmentNumber } from "../../protocol/paths.ts";
import { checkFolder } from "./check-folder.ts";

/** Where the segments of one log stand, and how they come into being. */
export interface LogPlace {
  readonly folder: string;
  readonly segment: (number: number) => string;
  /** Numbers of the segments that are there, ascending; empty before the first use. */
  readonly list: () => Promise<readonly number[]>;
  readonly has: (number: number) => Promise<boolean>;
  /** Makes the first segment, and the folder with it. Undefined where only the creation of the team does that. */
  readonly makeFirst: (() => Promise<void>) | undefined;
  /** Bytes at which a segment is sealed; Infinity for a log of one file. */
  readonly sealBytes: number;
  /** Segments that were read may be gone: whoever looks for one goes on with the lowest. */
  readonly removable: boolean;
}

/** The team's journal: its first segment comes with the team, and its segments stay. */
export function journalPlace(fs: Fs, folder: string, sealBytes: number): LogPlace {
  return {
    folder,
    segment: (number) => join(folder, segmentName(number)),
    list: () => listSegments(fs, folder),
    has: (number) => isThere(fs, join(folder, segmentName(number))),
    makeFirst: undefined,
    sealBytes,
    removable: false,
  };
}

/** A mailbox: made by its first use, never again in a team folder that is gone. */
export function mailboxPlace(fs: Fs, folder: string, sealBytes: number): LogPlace {
  const segment = (number: number): string => join(folder, segmentName(number));
  return {
    folder,
    segment,
    list: () => listSegments(fs, folder),
    has: (number) => isThere(fs, segment(number)),
    makeFirst: () => makeFirst(fs, folder, segment(1)),
    sealBytes,
    removable: true,
  };
}

/** A log of one writer in one file, `<name>.jsonl`. */
export function singleFilePlace(fs: Fs, folder: string, name: string): LogPlace {
  const path = join(folder, `${name}.jsonl`);
  return {
    folder,
    segment: () => path,
    list: async () => ((await isThere(fs, path)) ? [1] : []),
    has: (number) => (number === 1 ? isThere(fs, path) : Promise.resolve(false)),
    makeFirst: () => makeFirst(fs, folder, path),
    sealBytes: Number.POSITIVE_INFINITY,
    removable: false,
  };
}

async function listSegments(fs: Fs, folder: string): Promise<readonly number[]> {
  try {
    const names = (await fs.list(folder)) ?? [];
    return names
      .map(segmentNumber)
      .filter((number) => number !== undefined)
      .toSorted((one, other) => one - other);
  } catch (error) {
    throw diskError(error, "list", folder);
  }
}

async function makeFirst(fs: Fs, folder: string, path: string): Promise<void> {
  await ifAbsent(() => fs.mkdir(folder), folder);
  await checkFolder(fs, folder);
  await ifAbsent(() => fs.create(path, new Uint8Array()), path);
}

/** Makes it, unless somebody has. A parent that is gone is not made again: its team was removed. */
export async function ifAbsent(make: () => Promise<void>, path: string): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (isErrno(error, "EEXIST")) return;
    if (isErrno(error, "ENOENT")) throw vanished(dirname(path), error);
    throw diskError(error, "create", path);
  }
}

async function isThere(fs: Fs, path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)) !== undefined;
  } catch (error) {
    throw diskError(error, "look at", path);
  }
}

/** A log or its folder is no longer where it was. */
export function vanished(path: string, cause?: unknown): TroupeError {
  return damaged(path, "is gone: it was moved or removed while in use", cause);
}

/** A log that cannot be trusted any more: its readers and writers stop, and a person decides. */
export function damaged(path: string, what: string, cause?: unknown): TroupeError {
  return new TroupeError("journal_damaged", `${path} ${what}`, {
    hint: "nothing was changed; stop the team, then look at the file with: troupe doctor",
    cause,
    details: { path },
  });
}
