import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";
import { isErrno } from "../../base/errors.ts";
import type { WallPrograms } from "./bwrap-arguments.ts";
import { realPathOf } from "./linked-worktree.ts";
import { isBelow } from "./mount.ts";
import type { NoWall, SandboxPolicy } from "./policy.ts";

const SEARCHED = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/** The programs of the wall: in the system's own folders, then on PATH. `searched` replaces the system's folders. */
export function findWall(
  { writable }: SandboxPolicy,
  path = "",
  searched: readonly string[] = SEARCHED,
): WallPrograms | NoWall {
  const fromPath = path.split(":").filter((folder) => isAbsolute(folder));
  // What an agent can write must not be what confines it.
  const folders = [...searched, ...fromPath].filter(
    (folder) => !writable.some((root) => isBelow(root, folder)),
  );
  const find = (name: string): string | undefined =>
    folders.map((folder) => join(folder, name)).find((file) => isProgram(file));
  const bwrap = find("bwrap");
  const prlimit = find("prlimit");
  if (bwrap === undefined)
    return {
      reason: "bubblewrap is not installed",
      hint: "install it (Debian, Ubuntu: apt install bubblewrap)",
    };
  if (prlimit === undefined) return { reason: "prlimit is not installed", hint: "install util-linux" };
  return { bwrap, prlimit };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES")) return false;
    throw error;
  }
}

/** A folder that holds what has to be hidden cannot be opened as a whole. undefined: there is none. */
export function tooWide({ writable, home }: SandboxPolicy): NoWall | undefined {
  const closed = [home, "/tmp", "/run", "/var/tmp"].flatMap((path) => realPathOf(path) ?? []);
  const wide = writable
    .flatMap((path) => realPathOf(path) ?? [])
    .find((root) => closed.some((path) => isBelow(root, path)));
  if (wide === undefined) return undefined;
  const what = wide === realPathOf(home) ? "your home folder" : "wider than a project";
  return {
    reason: `the work folder ${wide} is ${what}, and what has to be hidden lies in it`,
    hint: "let the team work in a folder below it",
  };
}
