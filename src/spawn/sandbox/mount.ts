import { dirname, relative } from "node:path";

/**
 * One place of the sandbox's file system that differs from the host's, where it is read only. `writable` and `read-only`:
 * as on the host. `hidden`: an empty folder, or a file that nobody may open. `scratch`: an empty folder in memory that
 * goes with the sandbox. `pin`: a writable folder that cannot be moved away, because it is a mount point. `guard`: a
 * protected path, read-only. Pins and guards mean something in writable folders only.
 */
export interface Mount {
  readonly kind: "writable" | "read-only" | "hidden" | "scratch" | "pin" | "guard";
  readonly path: string;
  readonly isFile: boolean;
  /** `device:inode` of what has to be there inside; undefined: whatever the host has. */
  readonly id?: string;
}

/** Of two that are asked for at one path the stronger counts. */
const STRENGTH = { pin: 0, writable: 1, scratch: 2, guard: 3, "read-only": 4, hidden: 5 } as const;

/** One mount a path, folders in front of what is in them. */
export function orderedMounts(mounts: readonly Mount[]): readonly Mount[] {
  const strongest = new Map<string, Mount>();
  for (const mount of mounts) {
    const other = strongest.get(mount.path);
    if (other === undefined || STRENGTH[mount.kind] > STRENGTH[other.kind]) strongest.set(mount.path, mount);
  }
  const counting = new Map<string, Mount>();
  for (const mount of [...strongest.values()].toSorted((a, b) => depthOf(a) - depthOf(b)))
    if (!isRelative(mount) || isWritable(nearest(counting, mount.path))) counting.set(mount.path, mount);
  return [...counting.values()];
}

function isRelative({ kind }: Mount): boolean {
  return kind === "pin" || kind === "guard";
}

function isWritable(mount: Mount | undefined): boolean {
  return mount?.kind === "writable" || mount?.kind === "pin";
}

/** The mount that a path lies in. */
function nearest(mounts: ReadonlyMap<string, Mount>, path: string): Mount | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  return mounts.get(parent) ?? nearest(mounts, parent);
}

function depthOf({ path }: Mount): number {
  return path === "/" ? 0 : path.split("/").length;
}

/** True for `root` itself and what is below it, both absolute and without `..`. */
export function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith("../"));
}
