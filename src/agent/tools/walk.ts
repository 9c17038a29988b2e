import { constants, type Dirent, readdirSync } from "node:fs";
import { setImmediate as othersTurn } from "node:timers/promises";
import { isErrno } from "../../base/errors.ts";
import { type OpenFolder, openFolder } from "./open-folder.ts";
import type { Place } from "./place.ts";

const MOST_ENTRIES = 100_000;
const DEEPEST = 40;
/** After so many ms the rest of the process has its turn: signals, beats, mail. */
const SLICE_MS = 5;
const SKIPPED = new Set([".git", "node_modules"]);

export interface Walk {
  readonly start: OpenFolder;
  /** Real path that the walk never leaves. */
  readonly root: string;
  /** Asked of each folder by its path from the start: false leaves it out. */
  readonly enters: (shown: string) => boolean;
  /** Given each regular file with its path from the start; false ends the walk. Its place is open only meanwhile. */
  readonly visit: (place: Place) => Promise<boolean>;
}

/**
 * Goes through the files below an open folder, names in order, without following a link: each folder is opened through
 * the one above it. Leaves out `.git` and `node_modules`. Answers false when it did not see everything: too many
 * entries, ended by `visit`, or by the signal.
 */
export async function walk({ start, root, enters, visit }: Walk, signal: AbortSignal): Promise<boolean> {
  let left = MOST_ENTRIES;
  let sliceEnd = performance.now() + SLICE_MS;

  const inside = async (folder: OpenFolder, way: string, depth: number): Promise<boolean> => {
    for (const entry of entriesOf(folder)) {
      if (performance.now() > sliceEnd) {
        await othersTurn();
        sliceEnd = performance.now() + SLICE_MS;
      }
      if (signal.aborted || left-- <= 0) return false;
      const { name } = entry;
      const shown = way === "" ? name : `${way}/${name}`;
      const at = `${folder.base}/${name}`;
      if (entry.isFile() && !(await visit({ at, folder, name, real: `${folder.real}/${name}`, shown })))
        return false;
      const isEntered = entry.isDirectory() && !SKIPPED.has(name) && enters(shown);
      if (isEntered && !(await below(at, shown, depth + 1))) return false;
    }
    return true;
  };

  const below = async (at: string, way: string, depth: number): Promise<boolean> => {
    if (depth > DEEPEST) return false;
    const folder = openIfThere(at, root);
    if (folder === undefined) return true;
    try {
      return await inside(folder, way, depth);
    } finally {
      folder.close();
    }
  };

  return inside(start, "", 0);
}

function entriesOf(folder: OpenFolder): readonly Dirent[] {
  const entries = readdirSync(folder.base, { withFileTypes: true });
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A folder that vanished, became a link or is closed to us is no reason to stop. */
function openIfThere(at: string, root: string): OpenFolder | undefined {
  try {
    return openFolder(at, [root], constants.O_NOFOLLOW);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}
