import { lstatSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isSystemError } from "../base/disk-error.ts";

/** No real folder lies deeper. */
const MAX_LEVELS = 64;

/** The folder without links, as far as it is there. */
export function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    if (isSystemError(error)) return resolve(folder);
    throw error;
  }
}

/** `dir` and the folders above it up to the root of its repository; `dir` alone outside of one. */
export function foldersOf(dir: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dir; folders.length < MAX_LEVELS; folder = dirname(folder)) {
    folders.push(folder);
    if (isRepository(folder)) return folders;
    if (dirname(folder) === folder) break;
  }
  return [dir];
}

/** The root of the repository of `dir`; undefined outside of one. */
export function repositoryOf(dir: string): string | undefined {
  const root = foldersOf(dir).at(-1);
  return root !== undefined && isRepository(root) ? root : undefined;
}

/** A worktree and a submodule have a file there. */
function isRepository(folder: string): boolean {
  try {
    return lstatSync(join(folder, ".git"), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
