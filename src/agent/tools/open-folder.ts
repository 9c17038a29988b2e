import { constants } from "node:fs";
import { mkdir, open, readlink, realpath } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { isErrno, TroupeError } from "../../base/errors.ts";

/** An open folder. What is reached through `base` lies in it, whatever is renamed or swapped for a link meanwhile. */
export interface OpenFolder {
  /** Path through the descriptor (Linux); elsewhere the real path, and the sandbox is the boundary. */
  readonly base: string;
  /** Where the folder really is, links resolved. */
  readonly real: string;
  readonly close: () => Promise<void>;
}

/** Opens a folder and refuses one that really lies outside of `root`, a real path (faults.md L12, L13; security.md §6). */
export async function openFolder(path: string, root: string, flags = 0): Promise<OpenFolder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | flags);
  const close = (): Promise<void> => handle.close();
  try {
    const base = process.platform === "linux" ? `/proc/self/fd/${handle.fd}` : await realpath(path);
    const real = process.platform === "linux" ? await readlink(base) : base;
    if (!isInside(root, real))
      throw new TroupeError("denied", `refused: it leads to ${real}, outside of the work folder ${root}`);
    return { base, real, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same, making the folders that are missing; a new folder is never entered through a link. */
export async function openMadeFolder(path: string, root: string): Promise<OpenFolder> {
  try {
    return await openFolder(path, root);
  } catch (error) {
    if (!isErrno(error, "ENOENT") || path === dirname(path)) throw error;
  }
  const parent = await openMadeFolder(dirname(path), root);
  try {
    const at = `${parent.base}/${basename(path)}`;
    await mkdir(at).catch((error: unknown) => {
      if (!isErrno(error, "EEXIST")) throw error;
    });
    return await openFolder(at, root, constants.O_NOFOLLOW);
  } finally {
    await parent.close();
  }
}

/** True for `root` itself and what is below it, both absolute and without `..`. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith("../"));
}
