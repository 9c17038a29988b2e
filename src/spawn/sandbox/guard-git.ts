import { join } from "node:path";
import { type Guards, guard, pin } from "./guards.ts";
import { linkedWorktree } from "./linked-worktree.ts";

const FILE = { isFile: true };
const FOLDER = { isFile: false };
/** Names of submodules may hold slashes. */
const DEEPEST_MODULE = 4;

/** Closes what git runs or obeys in the repository of a folder that has a `.git`, or could get one; commits stay possible. */
export function guardGit(guards: Guards, folder: string): void {
  const { looker } = guards;
  const path = join(folder, ".git");
  if (looker.see(join(path, "HEAD")).kind === "file") guardRepository(guards, path);
  else {
    guard(guards, path, FOLDER);
    // A worktree of a repository in this same folder: its own part of the repository stays writable.
    const linked = looker.see(path).kind === "file" ? linkedWorktree(looker, path) : undefined;
    if (linked?.own.startsWith(`${looker.root}/`)) guardLinked(guards, linked.own);
  }
}

/** A repository's own folder: `.git`, or what linked worktrees share. */
export function guardRepository(guards: Guards, git: string): void {
  if (git !== guards.looker.root) pin(guards, git);
  guardConfig(guards, git);
  for (const module of modulesBelow(guards, join(git, "modules"), 0)) guardConfig(guards, module);
  // What other worktrees of the repository obey.
  if (guards.looker.see(join(git, "worktrees")).kind === "folder")
    guard(guards, join(git, "worktrees"), FOLDER);
}

/** A linked worktree's part of its repository, `worktrees/<n>`. */
export function guardLinked(guards: Guards, own: string): void {
  guards.mounts.push({ kind: "writable", path: own, isFile: false, id: guards.looker.see(own).id });
  for (const name of ["commondir", "gitdir", "config.worktree"]) guard(guards, join(own, name), FILE);
}

function guardConfig(guards: Guards, git: string): void {
  guard(guards, join(git, "hooks"), FOLDER);
  guard(guards, join(git, "config"), FILE);
  guard(guards, join(git, "config.worktree"), FILE);
  // Whoever makes this file leads git to a configuration of his own. "." changes nothing, inside and outside.
  guard(guards, join(git, "commondir"), { isFile: true, content: ".\n" });
}

/** Repositories of submodules: folders with a HEAD. */
function modulesBelow(guards: Guards, folder: string, depth: number): readonly string[] {
  if (depth > DEEPEST_MODULE) return [];
  return guards.looker.entries(folder).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    const isModule = guards.looker.see(join(path, "HEAD")).kind === "file";
    const below = modulesBelow(guards, isModule ? join(path, "modules") : path, depth + 1);
    return isModule ? [path, ...below] : below;
  });
}
