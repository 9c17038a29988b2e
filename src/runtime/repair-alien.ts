import { join, relative } from "node:path";
import { segmentNumber } from "../protocol/paths.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";

/** Names beside segments that are ours: the cache, the cursor, what is being written, locks. */
const OURS = /^(?:snapshot|cursor)\.json$|\.tmp$|\.lock$/;

/**
 * Files beside the segments of a log that are none: a sync folder makes "conflicted copies" when two machines write at
 * once. They count for nothing; that they are there says that the folder is being synced. Source: faults.md H9.
 */
export async function lookForAliens({ fs, paths }: RepairPlace): Promise<readonly RepairFinding[]> {
  const folders = [paths.journal];
  for (const name of (await fs.list(paths.mail)) ?? [])
    if ((await fs.stat(join(paths.mail, name)))?.kind === "folder") folders.push(join(paths.mail, name));
  const aliens: string[] = [];
  for (const folder of folders)
    for (const name of (await fs.list(folder)) ?? [])
      if (segmentNumber(name) === undefined && !OURS.test(name)) aliens.push(join(folder, name));
  if (aliens.length === 0) return [];
  return [
    {
      kind: "alien_files",
      severity: "warning",
      what: `${aliens.length === 1 ? "a file beside a log is no segment and is" : `${aliens.length} files beside logs are no segments and are`} ignored`,
      details: aliens.map((path) => relative(paths.root, path)),
    },
  ];
}
