import { basename } from "node:path";
import { isErrno } from "../base/errors.ts";
import type { Fs } from "../base/files.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import { lookAtModes } from "./repair-modes.ts";

/** The folders of a team, then whom everything in them is open to. */
export const looksAtFolders = [lookForFolders, lookAtModes] as const;

/**
 * Folders that a power cut took from a team whose journal stands: whoever makes one inside them does not make them, so
 * that nobody makes a removed team again. What was in them is lost already. Source: faults.md A15.
 */
async function lookForFolders({ fs, paths }: RepairPlace): Promise<readonly RepairFinding[]> {
  if (!(await fs.stat(paths.journal))) return [];
  const missing: string[] = [];
  for (const folder of [paths.mail, paths.bodies, paths.agents, paths.supervisor])
    if (!(await fs.stat(folder))) missing.push(folder);
  if (missing.length === 0) return [];
  const names = missing.map((folder) => basename(folder)).join(", ");
  return [
    {
      kind: "missing_folders",
      severity: "warning",
      what: `folders are missing: ${names}`,
      repair: {
        plan: "make them again, empty",
        besideSupervisor: true,
        apply: async () => {
          let made = 0;
          for (const folder of missing) if (await makeFolder(fs, folder)) made += 1;
          return made === 0 ? undefined : `made missing folders: ${names}`;
        },
      },
    },
  ];
}

async function makeFolder(fs: Fs, folder: string): Promise<boolean> {
  try {
    await fs.mkdir(folder);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}
