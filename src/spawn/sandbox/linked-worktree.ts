import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isErrno } from "../../base/errors.ts";
import { type Looker, openLooker } from "./looker.ts";

export interface LinkedWorktree {
  /** `worktrees/<n>` of the repository; real path. */
  readonly own: string;
  /** The repository; real path. */
  readonly common: string;
}

/**
 * Where the `.git` file of a linked worktree leads. The repository must know the worktree too: a file that names any
 * other folder gives no right to write there. undefined: it is none.
 */
export function linkedWorktree(looker: Looker, path: string): LinkedWorktree | undefined {
  const named = /^gitdir: (.+)$/.exec(looker.firstLine(path) ?? "")?.[1];
  const own = named === undefined ? undefined : realPathOf(resolve(dirname(path), named));
  if (own === undefined || basename(dirname(own)) !== "worktrees") return undefined;
  const common = dirname(dirname(own));
  const repository = openLooker(common);
  try {
    const back = repository.firstLine(join(own, "gitdir"));
    const isKnown = back !== undefined && realPathOf(resolve(own, back)) === realPathOf(path);
    const isWhole = ["objects", "refs"].every((name) => repository.see(join(common, name)).kind === "folder");
    return isKnown && isWhole ? { own, common } : undefined;
  } finally {
    repository.close();
  }
}

/** Where a path really leads; undefined when it leads nowhere, or nowhere that this user may see. */
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) return undefined;
    throw error;
  }
}
