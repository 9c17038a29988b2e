import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isErrno } from "../../base/errors.ts";
import { teamsFolder } from "../../protocol/paths.ts";
import { type Decide, type Repaired, takeLooks } from "../../runtime/repair-decide.ts";
import {
  type FolderPlace,
  lookAtFileSystem,
  lookAtSpace,
  looksAtFolder,
} from "../../runtime/repair-folder.ts";
import type { Checked } from "./finding.ts";
import { checkedOf } from "./words.ts";

const AREA = "state folder";

/** The folder of all teams: modes, owner, file system, free space, and teams that are half there. */
export async function checkStateFolder(place: FolderPlace, decide: Decide): Promise<Checked> {
  const { configDir, fs, disk } = place;
  const folder = teamsFolder(configDir);
  if (!(await exists(folder))) {
    const parent = await existingParent(folder);
    const results = await takeLooks([() => lookAtSpace(disk, parent)], decide, parent);
    return checkedOf(AREA, null, [`${folder}: not there yet, made with the first team`], results);
  }
  const { network, probed, findings } = await lookAtFileSystem(fs, folder);
  const results: readonly Repaired[] = [
    ...(await takeLooks(looksAtFolder(place), decide, folder)),
    ...findings.map((finding): Repaired => ({ finding, outcome: { kind: "found" } })),
  ];
  const { freeBytes } = await disk.space(folder);
  const append = network === undefined ? "direct" : "locked";
  const facts = [
    folder,
    `${network ?? "a local file system"}, ${roomText(freeBytes)} free`,
    probed
      ? `append in use: ${append}; names differ by case: ${probed.foldsCase ? "no" : "yes"}`
      : `append in use: ${append}; nothing can be written there to try it`,
  ];
  return checkedOf(AREA, null, facts, results);
}

function roomText(bytes: number): string {
  const mega = bytes / 1024 / 1024;
  return mega < 10_000 ? `${Math.round(mega)} MB` : `${Math.round(mega / 1024)} GB`;
}

async function existingParent(folder: string): Promise<string> {
  let parent = dirname(folder);
  while (!(await exists(parent)) && dirname(parent) !== parent) parent = dirname(parent);
  return parent;
}

async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}
