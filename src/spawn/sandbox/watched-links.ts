import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { isSystemError } from "../../base/disk-error.ts";
import { isErrno, TroupeError } from "../../base/errors.ts";

/** A link at a protected path, and where it led when it was looked at. */
interface WatchedLink {
  readonly path: string;
  readonly target: string;
}

/** Remembers links, over which nothing can be mounted. */
export function watchLinks(paths: readonly string[]): readonly WatchedLink[] {
  return [...new Set(paths)].flatMap((path) => {
    const target = targetOf(path);
    return target === undefined ? [] : [{ path, target }];
  });
}

/**
 * Puts back what is not as it was; what stands there now is set aside under another name. Throws `failed` behind the last
 * one when there was one that stays replaced.
 */
export function restoreLinks(links: readonly WatchedLink[]): void {
  let failure: TroupeError | undefined;
  for (const { path, target } of links)
    try {
      if (targetOf(path) !== target) restore(path, target);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // Without its folder nothing obeys it.
      if (!isErrno(error, "ENOENT", "ENOTDIR")) failure = stays(path, target, error);
    }
  if (failure !== undefined) throw failure;
}

function restore(path: string, target: string): void {
  setAside(path);
  symlinkSync(target, path);
}

function stays(path: string, target: string, error: Error): TroupeError {
  return new TroupeError(
    "failed",
    `${path} was a link to ${target}, a command replaced it, and it could not be put back: ${error.message}`,
    { hint: "look at what stands there before anything obeys it", cause: error, details: { path } },
  );
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // EINVAL: something else stands there.
    if (
      isErrno(error, "ENOENT", "ENOTDIR") ||
      (error instanceof Error && "code" in error && error.code === "EINVAL")
    )
      return undefined;
    throw error;
  }
}

function setAside(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return;
  if (facts.isSymbolicLink()) unlinkSync(path);
  else renameSync(path, `${path}.refused-${process.pid}-${facts.ino}`);
}
