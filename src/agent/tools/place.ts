import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { isErrno, TroupeError } from "../../base/errors.ts";
import { isInside, type OpenFolder, openFolder, openMadeFolder } from "./open-folder.ts";

/** Where file tools may go. All folders absolute. */
export interface Reach {
  /** The work folder: relative paths begin there. */
  readonly dir: string;
  /** Further folders to work in. */
  readonly folders?: readonly string[];
  /** Folders to read in only. */
  readonly readable?: readonly string[];
  /** Asked at the beginning of a search: which files it may show, by their real paths; without it all within reach. */
  readonly searchable?: () => (path: string) => boolean;
  /** What `~` stands for; without it such a path is refused. */
  readonly home?: string;
}

/** Where a file is or would be: checked, and reached through its open folder. Not a link when it was looked at. */
export interface Place {
  readonly at: string;
  readonly folder: OpenFolder;
  readonly name: string;
  /** The file's real path: its identity. */
  readonly real: string;
  /** For people and models: from the work folder, or absolute in another one. */
  readonly shown: string;
}

export interface PlaceOptions {
  /** For writing: folders to read in do not count. */
  readonly isWriting?: boolean;
  /** Makes the folders on the way. */
  readonly isMaking?: boolean;
  /** Asked about the path as it was written and as it really is, from the folder it lies in and absolute; throws to refuse. */
  readonly check?: (relative: string, absolute: string) => void;
}

const MOST_LINKS = 8;

/**
 * Gives `use` the place that `path` names, following links as long as link and target lie within reach. Refuses
 * (`denied`): `..` and absolute paths that leave, somebody's `~`, control characters, `/proc`, `/sys`, `/dev`. System
 * errors come back as a TroupeError that names the path as the model wrote it.
 */
export async function atPlace<T>(
  reach: Reach,
  path: string,
  use: (place: Place) => Promise<T>,
  options: PlaceOptions = {},
): Promise<T> {
  try {
    const roots = realRoots(reach, options.isWriting === true);
    return await follow(spelledPath(roots, path), { roots, use, ...options }, 0);
  } catch (error) {
    throw fileTrouble(error, path);
  }
}

interface Following<T> extends PlaceOptions {
  readonly roots: Roots;
  readonly use: (place: Place) => Promise<T>;
}

async function follow<T>(spelled: string, following: Following<T>, links: number): Promise<T> {
  const { roots, use, isMaking = false, check } = following;
  if (links > MOST_LINKS) throw new TroupeError("denied", `refused: more than ${MOST_LINKS} links`);
  check?.(fromRoot(roots, spelled), spelled);
  const parent = dirname(spelled);
  const folder = isMaking ? openMadeFolder(parent, roots.real) : openFolder(parent, roots.real);
  try {
    const name = basename(spelled);
    const at = `${folder.base}/${name}`;
    const real = resolve(folder.real, name);
    check?.(fromRoot(roots, real), real);
    const target = linkTarget(at);
    if (target === undefined) return await use({ at, folder, name, real, shown: shownPath(roots, real) });
    const next = allowed(roots, resolve(folder.real, target), false);
    return await follow(next, following, links + 1);
  } finally {
    folder.close();
  }
}

/**
 * Gives `use` the open folder that `path` names, and the real folder of those within reach in which it lies; undefined =
 * the work folder. Refuses as `atPlace` does.
 */
export async function inFolder<T>(
  reach: Reach,
  path: string | undefined,
  use: (folder: OpenFolder, shown: string, root: string) => Promise<T>,
): Promise<T> {
  try {
    const roots = realRoots(reach, false);
    const spelled = path === undefined ? roots.dir : spelledPath(roots, path, true);
    const folder = openFolder(spelled, roots.real);
    try {
      return await use(folder, shownPath(roots, folder.real), rootOf(roots, folder.real));
    } finally {
      folder.close();
    }
  } catch (error) {
    throw fileTrouble(error, path ?? reach.dir);
  }
}

/** The folders within reach, as they are written and as they really are. */
interface Roots {
  readonly reach: Reach;
  /** The work folder's real path. */
  readonly dir: string;
  readonly real: readonly string[];
  /** Each as it is written, and its real path. */
  readonly pairs: readonly (readonly [written: string, real: string])[];
}

function realRoots(reach: Reach, isWriting: boolean): Roots {
  const dir = realpathSync.native(reach.dir);
  const others = [...(reach.folders ?? []), ...(isWriting ? [] : (reach.readable ?? []))];
  const pairs = [
    [reach.dir, dir] as const,
    ...others.flatMap((written) => {
      const real = realIfThere(written);
      return real === undefined ? [] : [[written, real] as const];
    }),
  ];
  return { reach, dir, real: pairs.map(([, real]) => real), pairs };
}

function realIfThere(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}

/** Of several that hold the path the innermost. */
function rootOf({ real, dir }: Roots, path: string): string {
  const holding = real.filter((root) => isInside(root, path)).toSorted((a, b) => b.length - a.length);
  return holding[0] ?? dir;
}

function fromRoot(roots: Roots, path: string): string {
  return relative(rootOf(roots, path), path);
}

function shownPath({ dir }: Roots, path: string): string {
  return isInside(dir, path) ? relative(dir, path) : path;
}

/** The path as written, absolute and without `..`, within reach however its folder is spelled. */
function spelledPath(roots: Roots, path: string, isFolder = false): string {
  if (path === "") throw new TroupeError("denied", "the path is empty");
  if (/\p{Cc}/u.test(path)) throw new TroupeError("denied", "control characters in a path are refused");
  const absolute = resolve(roots.reach.dir, withHome(roots.reach, path));
  const [written, real] = roots.pairs.find(([root]) => isInside(root, absolute)) ?? ["", ""];
  return allowed(roots, written === "" ? absolute : resolve(real, relative(written, absolute)), isFolder);
}

function withHome({ home }: Reach, path: string): string {
  if (!path.startsWith("~")) return path;
  if (home !== undefined && (path === "~" || path.startsWith("~/"))) return `${home}${path.slice(1)}`;
  throw new TroupeError("denied", "refused: ~ is not expanded; write the path from the work folder");
}

function allowed(roots: Roots, path: string, isFolder: boolean): string {
  if (/^\/(proc|sys|dev)(\/|$)/.test(path)) throw new TroupeError("denied", "refused: system files");
  if (!roots.real.some((root) => isInside(root, path)))
    throw new TroupeError("denied", `refused: it lies outside of the work folder ${roots.dir}`);
  if (!isFolder && roots.real.includes(path))
    throw new TroupeError("denied", "it is the work folder itself, not a file");
  return path;
}

function linkTarget(at: string): string | undefined {
  try {
    return lstatSync(at).isSymbolicLink() ? readlinkSync(at) : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Node's own messages name the path through the descriptor, which says nothing to anybody. */
function fileTrouble(error: unknown, path: string): unknown {
  if (error instanceof TroupeError) {
    const { code, hint, details } = error;
    return new TroupeError(code, `${path}: ${error.message}`, {
      ...(hint === undefined ? {} : { hint }),
      details,
      cause: error,
    });
  }
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  return new TroupeError(
    isErrno(error, "ENOSPC", "EDQUOT") ? "disk_full" : "failed",
    `${path}: ${meaning(error)}`,
    {
      cause: error,
    },
  );
}

function meaning(error: Error): string {
  if (isErrno(error, "ENOENT")) return "no such file or folder";
  if (isErrno(error, "ENOTDIR")) return "a part of the path is not a folder";
  if (isErrno(error, "EISDIR")) return "it is a folder";
  if (isErrno(error, "ELOOP")) return "it turned into a link meanwhile, or links go in a circle";
  if (isErrno(error, "EACCES", "EPERM")) return "permission denied";
  if (isErrno(error, "ENAMETOOLONG")) return "the name is too long";
  if (isErrno(error, "ENOSPC", "EDQUOT")) return "the disk or the quota is full";
  return error.message.replace(/, \w+ '.*$/s, "");
}
