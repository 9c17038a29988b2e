import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { isErrno } from "../../base/errors.ts";

/** What stands at a path, the last link not followed. `none`: nothing, or nothing that this user may see. */
export type Kind = "file" | "folder" | "link" | "other" | "none";

export interface Seen {
  readonly kind: Kind;
  /** `device:inode`; "" for `none`. */
  readonly id: string;
}

/**
 * Looks below one folder, through descriptors: whatever is renamed or swapped for a link meanwhile, what it sees is in
 * that folder. Paths are absolute and below `root`.
 */
export interface Looker {
  readonly root: string;
  readonly see: (path: string) => Seen;
  /** What is in a folder; nothing in one that is closed or gone. */
  readonly entries: (folder: string) => readonly Dirent[];
  /** The first line of a small file, as git keeps paths in them. */
  readonly firstLine: (path: string) => string | undefined;
  readonly close: () => void;
}

const NONE: Seen = { kind: "none", id: "" };
/** Node has no name for it: a descriptor that only stands for a place. Source: fcntl.h, the same on x86-64 and arm64. */
const O_PATH = 0o10000000;
/** Folders and links are the two flags that differ between machines: Node's own names. */
const FOLDER_ONLY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Throws what opening the root throws. */
export function openLooker(root: string): Looker {
  const folders = new Map<string, number | undefined>([[root, openSync(root, FOLDER_ONLY)]]);

  /** The descriptor of a folder; undefined when there is none to be entered. */
  function folder(path: string): number | undefined {
    if (folders.has(path)) return folders.get(path);
    const parent = folder(dirname(path));
    const found =
      parent === undefined
        ? undefined
        : whenThere(() => openSync(`/proc/self/fd/${parent}/${basename(path)}`, FOLDER_ONLY));
    folders.set(path, found);
    return found;
  }

  function through(path: string): string | undefined {
    const parent = folder(dirname(path));
    return parent === undefined ? undefined : `/proc/self/fd/${parent}/${basename(path)}`;
  }

  return {
    root,
    see: (path) => {
      if (path === root) return seen(fstatSync(folders.get(root) ?? -1));
      const at = through(path);
      return (at === undefined ? undefined : whenThere(() => seen(lstatSync(at)))) ?? NONE;
    },
    entries: (path) => {
      const at = folder(path);
      if (at === undefined) return [];
      return whenThere(() => readdirSync(`/proc/self/fd/${at}`, { withFileTypes: true })) ?? [];
    },
    firstLine: (path) => {
      const at = through(path);
      return at === undefined ? undefined : whenThere(() => readFirstLine(at));
    },
    close: () => {
      for (const descriptor of folders.values()) if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function seen(facts: {
  isSymbolicLink(): boolean;
  isDirectory(): boolean;
  isFile(): boolean;
  dev: number;
  ino: number;
}): Seen {
  const id = `${facts.dev}:${facts.ino}`;
  if (facts.isSymbolicLink()) return { kind: "link", id };
  if (facts.isDirectory()) return { kind: "folder", id };
  return { kind: facts.isFile() ? "file" : "other", id };
}

function readFirstLine(at: string): string | undefined {
  const file = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return fstatSync(file).isFile() ? readFileSync(file, "utf8").split("\n")[0]?.trim() : undefined;
  } finally {
    closeSync(file);
  }
}

/** What looking answers; undefined when there is nothing, or nothing that this user may see. */
function whenThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG", "ENXIO")) return undefined;
    throw error;
  }
}
