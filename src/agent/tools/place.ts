import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { isErrno, TroupeError } from "../../base/errors.ts";
import { isInside, type OpenFolder, openFolder, openMadeFolder } from "./open-folder.ts";

/** Where a file is or would be: checked, and reached through its open folder. Not a link when it was looked at. */
export interface Place {
  readonly at: string;
  readonly folder: OpenFolder;
  readonly name: string;
  /** The file's real path: its identity. */
  readonly real: string;
  /** For people and models: from the work folder. */
  readonly shown: string;
}

export interface PlaceOptions {
  /** Makes the folders on the way. */
  readonly isMaking?: boolean;
  /** Asked about the path as it was written and as it really is; throws to refuse. Paths from the work folder. */
  readonly check?: (relative: string) => void;
}

const MOST_LINKS = 8;

/**
 * Gives `use` the place that `path` names below `dir`, following links as long as link and target lie inside. Refuses
 * (`denied`): `..` and absolute paths that leave, `~`, control characters, `/proc`, `/sys`, `/dev`. System errors come
 * back as a TroupeError that names the path as the model wrote it.
 */
export async function atPlace<T>(
  dir: string,
  path: string,
  use: (place: Place) => Promise<T>,
  options: PlaceOptions = {},
): Promise<T> {
  try {
    const root = realpathSync.native(dir);
    return await follow(spelledPath(dir, root, path), root, { use, ...options }, 0);
  } catch (error) {
    throw fileTrouble(error, path);
  }
}

interface Following<T> extends PlaceOptions {
  readonly use: (place: Place) => Promise<T>;
}

async function follow<T>(spelled: string, root: string, following: Following<T>, links: number): Promise<T> {
  const { use, isMaking = false, check } = following;
  if (links > MOST_LINKS) throw new TroupeError("denied", `refused: more than ${MOST_LINKS} links`);
  check?.(relative(root, spelled));
  const parent = dirname(spelled);
  const folder = isMaking ? openMadeFolder(parent, root) : openFolder(parent, root);
  try {
    const name = basename(spelled);
    const at = `${folder.base}/${name}`;
    const real = resolve(folder.real, name);
    check?.(relative(root, real));
    const target = linkTarget(at);
    if (target === undefined) return await use({ at, folder, name, real, shown: relative(root, real) });
    return await follow(spelledPath(root, root, resolve(folder.real, target)), root, following, links + 1);
  } finally {
    folder.close();
  }
}

/** Gives `use` the open folder that `path` names below `dir`; undefined = `dir` itself. Refuses as `atPlace` does. */
export async function inFolder<T>(
  dir: string,
  path: string | undefined,
  use: (folder: OpenFolder, shown: string) => Promise<T>,
): Promise<T> {
  try {
    const root = realpathSync.native(dir);
    const spelled = path === undefined ? root : spelledPath(dir, root, path, true);
    const folder = openFolder(spelled, root);
    try {
      return await use(folder, relative(root, folder.real));
    } finally {
      folder.close();
    }
  } catch (error) {
    throw fileTrouble(error, path ?? dir);
  }
}

/** The path as written, absolute and without `..`, inside of the work folder however that is spelled. */
function spelledPath(dir: string, root: string, path: string, isFolder = false): string {
  if (path === "") throw new TroupeError("denied", "the path is empty");
  if (/\p{Cc}/u.test(path)) throw new TroupeError("denied", "control characters in a path are refused");
  if (path.startsWith("~"))
    throw new TroupeError("denied", "refused: ~ is not expanded; write the path from the work folder");
  const absolute = resolve(dir, path);
  const inside = isInside(dir, absolute) ? resolve(root, relative(dir, absolute)) : absolute;
  if (!isInside(root, inside))
    throw new TroupeError("denied", `refused: it lies outside of the work folder ${root}`);
  if (/^\/(proc|sys|dev)(\/|$)/.test(inside)) throw new TroupeError("denied", "refused: system files");
  if (inside === root && !isFolder)
    throw new TroupeError("denied", "it is the work folder itself, not a file");
  return inside;
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
