import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { isErrno } from "../../base/errors.ts";

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

/** Puts back what is not as it was; what stands there now is set aside under another name. */
export function restoreLinks(links: readonly WatchedLink[]): void {
  for (const { path, target } of links) {
    if (targetOf(path) === target) continue;
    setAside(path);
    symlinkSync(target, path);
  }
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
