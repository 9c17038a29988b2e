import { dirname, join } from "node:path";
import type { Looker } from "./looker.ts";
import type { Mount } from "./mount.ts";

/** A path that is missing and has to be put there, so that something can be mounted over it. */
export interface Stub {
  readonly path: string;
  /** undefined = a folder. */
  readonly content: string | undefined;
}

/** What has to be done about the protected paths of one folder. */
export interface Guards {
  readonly looker: Looker;
  readonly mounts: Mount[];
  readonly stubs: Stub[];
  /** Links at protected paths, and on the way to one: nothing can be mounted over them. */
  readonly links: string[];
}

export function openGuards(looker: Looker): Guards {
  return { looker, mounts: [], stubs: [], links: [] };
}

/**
 * Closes one path and pins the folders on the way to it. What is missing gets a stub: an empty file (or `content`), or
 * an empty folder, with the folders on the way.
 */
export function guard(
  guards: Guards,
  path: string,
  missing: { readonly isFile: boolean; readonly content?: string },
): void {
  if (!pinParents(guards, path)) return;
  const { kind, id } = guards.looker.see(path);
  if (kind === "link") guards.links.push(path);
  else if (kind === "none") {
    guards.stubs.push({ path, content: missing.isFile ? (missing.content ?? "") : undefined });
    guards.mounts.push({ kind: "guard", path, isFile: missing.isFile, id });
  } else guards.mounts.push({ kind: "guard", path, isFile: kind !== "folder", id });
}

/** Keeps a folder that is there from being moved away, with the folders above it. */
export function pin(guards: Guards, folder: string): void {
  pinParents(guards, join(folder, "x"));
}

/** False when something on the way is no folder: it is kept as it is, and nothing can stand behind it. */
function pinParents(guards: Guards, path: string): boolean {
  const { looker, stubs, mounts, links } = guards;
  const parent = dirname(path);
  if (parent === looker.root) return true;
  if (!pinParents(guards, parent)) return false;
  const { kind, id } = looker.see(parent);
  if (kind === "link") {
    links.push(parent);
    return false;
  }
  if (kind === "none") stubs.push({ path: parent, content: undefined });
  const isFolder = kind === "folder" || kind === "none";
  mounts.push({ kind: "pin", path: parent, isFile: !isFolder, id });
  return isFolder;
}
