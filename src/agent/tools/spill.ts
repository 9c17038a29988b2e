import { closeSync, constants, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isSystemError } from "../../base/disk-error.ts";
import { isErrno } from "../../base/errors.ts";

/** The output of one command on the disk, whole as far as there is room. */
export interface Spill {
  readonly add: (bytes: Buffer) => void;
  /** Closes the file; what stands in it, for the model. */
  readonly end: () => SpilledOutput;
}

export interface SpilledOutput {
  readonly path: string;
  readonly bytes: number;
  /** Why the rest is not in it; undefined = it is whole. */
  readonly cut: string | undefined;
}

/** Of one command. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of one agent: the oldest go. */
const MOST_FILES = 10;
const NAME = /^output-(\d{1,9})\.txt$/;

/** A new file in `folder`. Throws what the disk throws. */
export function openSpill(folder: string): Spill {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { file, path } = createNext(folder);
  let bytes = 0;
  let cut: string | undefined;

  const add = (more: Buffer): void => {
    const part = more.subarray(0, MOST_BYTES - bytes);
    if (cut === undefined && part.length < more.length) cut = `it is longer than ${MOST_BYTES} bytes`;
    try {
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
      bytes += part.length;
    } catch (error) {
      // The command goes on, and its head and tail are kept all the same.
      if (!isSystemError(error)) throw error;
      const { message } = error;
      cut = isErrno(error, "ENOSPC", "EDQUOT") ? "the disk is full" : message;
    }
  };

  return {
    add: (more) => {
      if (cut === undefined) add(more);
    },
    end: () => {
      closeSync(file);
      return { path, bytes, cut };
    },
  };
}

/** Numbers go up, so that a path never means another output than the one it was told for. */
function createNext(folder: string): { readonly file: number; readonly path: string } {
  const numbers = readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  for (const old of numbers.slice(0, Math.max(0, numbers.length - MOST_FILES + 1)))
    removeIfThere(join(folder, `output-${old}.txt`));
  for (let number = (numbers.at(-1) ?? 0) + 1; ; number++) {
    const path = join(folder, `output-${number}.txt`);
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      return { file: openSync(path, flags, 0o600), path };
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}
