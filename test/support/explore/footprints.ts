import type { Fs } from "../../../src/base/files.ts";
import type { SimDisk } from "../sim-disk.ts";
import type { Footprint } from "./search.ts";

/** Looking at a path: the names on the way, and what there is to see at its end. */
export function seenAt(disk: SimDisk, path: string, call: keyof Fs): Footprint {
  const { steps, inode } = disk.trail(path);
  const reads = [...steps];
  if (inode && call === "stat") reads.push(`d${inode.number}`, `k${inode.number}`);
  if (inode && call === "list") reads.push(`l${inode.number}`);
  return { reads, writes: [] };
}

/** Making (`mustBe` false) or taking away (`mustBe` true) the last name of a path; a call that fails only looks. */
export function namesOf(disk: SimDisk, path: string, mustBe: boolean): Footprint {
  const { steps, folder, inode } = disk.trail(path);
  const last = steps.at(-1);
  if (!folder || last === undefined || (inode !== undefined) !== mustBe) {
    // A rename makes its second name whether it is there or not.
    return mustBe && folder && last !== undefined
      ? { reads: steps, writes: [last, `l${folder.number}`] }
      : { reads: steps, writes: [] };
  }
  const gone = inode ? [`k${inode.number}`, `l${inode.number}`] : [];
  return { reads: steps.slice(0, -1), writes: [last, `l${folder.number}`, ...gone] };
}

export function union(one: Footprint, other: Footprint): Footprint {
  return { reads: [...one.reads, ...other.reads], writes: [...one.writes, ...other.writes] };
}
