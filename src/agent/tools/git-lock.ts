import { lstatSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isErrno } from "../../base/errors.ts";

/**
 * The lock that a killed git leaves in the repository of `dir`, or undefined. Told, never removed: another git may hold
 * it (faults.md J11).
 */
export function leftGitLock(dir: string): string | undefined {
  const git = gitFolder(dir);
  if (git === undefined) return undefined;
  const lock = join(git, "index.lock");
  return isThere(lock) ? lock : undefined;
}

/** Of a linked worktree `.git` is a file that names the folder. */
function gitFolder(dir: string): string | undefined {
  const path = join(dir, ".git");
  try {
    if (lstatSync(path).isDirectory()) return path;
    const named = /^gitdir: (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
    return named === undefined ? undefined : resolve(dir, named.trim());
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return false;
    throw error;
  }
}
