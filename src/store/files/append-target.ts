import { closeFile } from "../../base/close-file.ts";
import { isSystemError } from "../../base/disk-error.ts";
import type { Fs, OpenFile } from "../../base/files.ts";

/** The segment a writer appends to, with what it must remember between two appends. */
export interface AppendTarget {
  readonly number: number;
  readonly path: string;
  readonly file: OpenFile;
  /** Up to here no seal stands: where to look when it has to be known whether an entry stands in front of one. */
  floor: number;
  /** The next segment is there: the next append goes on in it. */
  isOver: boolean;
  /** A sync failed: what is appended here could vanish although a later sync says "good". */
  isLost: boolean;
  /** Puts everything appended so far on the device; one sync serves all who wait. False when it failed, for good. */
  readonly sync: () => Promise<boolean>;
  /** Closes the file as soon as no sync uses it any more. */
  readonly retire: () => Promise<void>;
}

export function createAppendTarget(fs: Fs, number: number, file: OpenFile, floor: number): AppendTarget {
  let running: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;
  const syncNow = async (): Promise<boolean> => {
    running = next;
    next = undefined;
    try {
      // After a failed sync the kernel forgets what it could not write, so a second one would answer "good".
      if (!target.isLost) await fs.sync(file);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      target.isLost = true;
    }
    return !target.isLost;
  };
  const target: AppendTarget = {
    number,
    path: file.path,
    file,
    floor,
    isOver: false,
    isLost: false,
    sync: () => {
      // A sync that is already under way may have begun before the append of who asks now.
      next ??= running ? running.then(syncNow, syncNow) : Promise.resolve().then(syncNow);
      return next;
    },
    retire: async () => {
      await Promise.allSettled([running, next]);
      await closeFile(fs, file);
    },
  };
  return target;
}
