import { NAMES, PATHS } from "./scenario.ts";
import type { SimWorld } from "./sim-world.ts";

/** Each of our JSON files ends with one. */
const NEWLINE = 10;

/** 7: the JSON files that are replaced are whole at every instant. */
export function brokenJson({ disk }: SimWorld): string | undefined {
  for (const path of [PATHS.snapshot, PATHS.cursor("user"), ...NAMES.map(PATHS.cursor)]) {
    const { inode } = disk.trail(path);
    if (inode && inode.bytes[inode.size - 1] !== NEWLINE)
      return `invariant 7: ${path} is cut at byte ${inode.size}`;
  }
  return undefined;
}
