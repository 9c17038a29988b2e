import { closeSync, constants, mkdirSync, openSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import { isErrno, TroupeError } from "../../base/errors.ts";

/** An open folder. What is reached through `base` lies in it, whatever is renamed or swapped for a link meanwhile. */
export interface OpenFolder {
  /** Path through the descriptor (Linux); elsewhere the real path, and the sandbox is the boundary. */
  readonly base: string;
  /** Where the folder really is, links resolved. */
  readonly real: string;
  readonly close: () => void;
}

/**
 * Opens a folder and refuses one that really lies outside of all `roots`, real paths (faults.md L12, L13; security.md §6).
 * Looking costs microseconds: synchronous calls, since each promise of `node:fs` is a trip through the thread pool.
 */
export function openFolder(path: string, roots: readonly string[], flags = 0): OpenFolder {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | flags);
  const close = (): void => closeSync(descriptor);
  try {
    const base = process.platform === "linux" ? `/proc/self/fd/${descriptor}` : realpathSync.native(path);
    const real = process.platform === "linux" ? readlinkSync(base) : base;
    if (!roots.some((root) => isInside(root, real)))
      throw new TroupeError("denied", `refused: it leads to ${real}, outside of the work folder ${roots[0]}`);
    return { base, real, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The same, making the folders that are missing; a new folder is never entered through a link. */
export function openMadeFolder(path: string, roots: readonly string[]): OpenFolder {
  try {
    return openFolder(path, roots);
  } catch (error) {
    if (!isErrno(error, "ENOENT") || path === dirname(path)) throw error;
  }
  const parent = openMadeFolder(dirname(path), roots);
  try {
    const at = `${parent.base}/${basename(path)}`;
    makeFolder(at);
    return openFolder(at, roots, constants.O_NOFOLLOW);
  } finally {
    parent.close();
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

/** True for `root` itself and what is below it, both absolute and without `..`. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith("../"));
}
