import { readdir, unlink } from "node:fs/promises";
import { isErrno } from "../../base/errors.ts";
import { TEMP_FILE } from "./file-text.ts";
import { atPlace } from "./place.ts";

/**
 * Removes the temporary files that Write and Edit left beside `path` when their process was killed in the middle.
 * `path` as the model wrote it. Answers how many; throws as `atPlace` does.
 */
export function removeUnfinished(
  dir: string,
  path: string,
  isDead: (pid: number) => Promise<boolean>,
): Promise<number> {
  return atPlace({ dir }, path, async ({ folder }) => {
    let removed = 0;
    for (const name of await readdir(folder.base)) {
      const writer = TEMP_FILE.exec(name)?.[1];
      if (writer !== undefined && (await isDead(Number(writer))))
        removed += await remove(`${folder.base}/${name}`);
    }
    return removed;
  });
}

async function remove(path: string): Promise<number> {
  try {
    await unlink(path);
    return 1;
  } catch (error) {
    // Somebody else sweeps too.
    if (isErrno(error, "ENOENT")) return 0;
    throw error;
  }
}
