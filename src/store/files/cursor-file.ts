import { readWhole, replaceFile } from "../../base/atomic-file.ts";
import { diskError } from "../../base/disk-error.ts";
import { isErrno } from "../../base/errors.ts";
import type { Fs } from "../../base/files.ts";
import { Cursor, type Mark } from "../../protocol/files.ts";
import { parseJson } from "../line-codec.ts";
import { parsePosition, placeOf } from "../position.ts";
import type { CursorFile } from "../store.ts";
import type { LogPlace } from "./log-place.ts";
import type { FileLog } from "./open-log.ts";

const MAX_BYTES = 64 * 1024;
/** How long a segment stays after its last entry, in ms: a slow sender may still have it open. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** `mail/<name>/cursor.json`, checked against the mailbox, with the removal of what its owner has read. */
export function openCursorFile(
  fs: Fs,
  path: string,
  place: LogPlace,
  mailbox: Pick<FileLog<unknown>, "check">,
): CursorFile {
  let isMade = false;
  const stands = async ({ position, id }: Mark): Promise<boolean> => {
    const at = parsePosition(position);
    if (!at) return false;
    // In front of everything that is there: at the beginning of a later segment the mail of those before it would be lost.
    if (id === null) return at.offset === 0 && (at.segment === 1 || (await place.list())[0] === at.segment);
    return (await mailbox.check(position, id)) !== undefined;
  };
  return {
    load: async () => {
      const bytes = await readWhole(fs, path, MAX_BYTES);
      const cursor = Cursor.safeParse(bytes && parseJson(bytes.toString()));
      if (!cursor.success) return undefined;
      const { delivered, read } = cursor.data;
      return (await stands(delivered)) && (await stands(read)) ? cursor.data : undefined;
    },
    save: async (cursor) => {
      // Only in a mailbox without any: the first segment may have been read and removed.
      if (!isMade && (await place.list()).length === 0) await place.makeFirst?.();
      isMade = true;
      await replaceFile(fs, path, Buffer.from(`${JSON.stringify(cursor)}\n`));
      await removeReadSegments(fs, path, place, placeOf(cursor.read.position).segment);
    },
  };
}

/**
 * Removes the segments in front of `current` whose last entry is older than a day, by the clock of the disk: the time
 * of the cursor that was just written. Only the mailbox's owner calls it.
 */
async function removeReadSegments(fs: Fs, cursor: string, place: LogPlace, current: number): Promise<void> {
  if (current === 1) return;
  const now = (await modifiedMs(fs, cursor)) ?? 0;
  for (const number of await place.list()) {
    const path = place.segment(number);
    const lastMs = number < current ? await modifiedMs(fs, path) : undefined;
    if (lastMs !== undefined && now - lastMs > KEEP_MS) await remove(fs, path);
  }
}

async function modifiedMs(fs: Fs, path: string): Promise<number | undefined> {
  try {
    return (await fs.stat(path))?.modifiedMs;
  } catch (error) {
    throw diskError(error, "look at", path);
  }
}

async function remove(fs: Fs, path: string): Promise<void> {
  try {
    await fs.unlink(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw diskError(error, "remove", path);
  }
}
