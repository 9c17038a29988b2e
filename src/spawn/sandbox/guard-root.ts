import { join } from "node:path";
import { guardGit } from "./guard-git.ts";
import { type Guards, guard } from "./guards.ts";
import type { ProtectedNames } from "./policy.ts";

/** How deep below a writable folder protected paths are looked for that are there; missing ones are closed at its top only. */
const DEEPEST = 3;
const MOST_FOLDERS = 400;
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** Closes the protected paths of one writable folder. */
export function guardRoot(guards: Guards, names: ProtectedNames): void {
  const { looker, mounts } = guards;
  const { root } = looker;
  mounts.push({ kind: "writable", path: root, isFile: false, id: looker.see(root).id });
  for (const name of names.folders) if (name !== ".git") guard(guards, join(root, name), { isFile: false });
  for (const name of names.files) guard(guards, join(root, name), { isFile: true });
  guardGit(guards, root);
  for (const name of names.open) {
    const path = join(root, name);
    const { kind, id } = looker.see(path);
    if (kind === "folder") mounts.push({ kind: "writable", path, isFile: false, id });
  }
  guardBelow(guards, names);
}

/** Protected paths that stand further down, breadth first, in the folders that stay open too. */
function guardBelow(guards: Guards, names: ProtectedNames): void {
  const { root } = guards.looker;
  const wanted = new Set([...names.folders, ...names.files]);
  let left = MOST_FOLDERS;
  let level: readonly string[] = [root, ...names.open.map((name) => join(root, name))];
  for (let depth = 0; depth <= DEEPEST && left > 0; depth++) {
    const looked = level.slice(0, left);
    left -= looked.length;
    level = looked.flatMap((folder) => guardIn(guards, folder, wanted));
  }
}

/** Closes what is found in one folder; answers the folders to look into next. */
function guardIn(guards: Guards, folder: string, wanted: ReadonlySet<string>): readonly string[] {
  const next: string[] = [];
  for (const entry of guards.looker.entries(folder)) {
    const { name } = entry;
    const isWanted = wanted.has(name.toLowerCase());
    if (isWanted && folder !== guards.looker.root) guardFound(guards, folder, name);
    if (!isWanted && !SKIPPED.has(name) && entry.isDirectory()) next.push(join(folder, name));
  }
  return next;
}

function guardFound(guards: Guards, folder: string, name: string): void {
  if (name === ".git") guardGit(guards, folder);
  else guard(guards, join(folder, name), { isFile: true });
}
