import { join } from "node:path";
import { isErrno } from "../base/errors.ts";
import type { FileFacts, Fs } from "../base/files.ts";
import { networkFileSystem } from "../base/network-file-system.ts";
import { TeamName } from "../protocol/names.ts";
import { teamPaths, teamsFolder } from "../protocol/paths.ts";
import { removeTree } from "../store/files/team-folders.ts";
import type { Look } from "./repair-decide.ts";
import type { Disk } from "./repair-disk.ts";
import type { RepairFinding } from "./repair-finding.ts";
import { type Probed, probeFolder } from "./repair-probe.ts";
import { lookAtTempsOf } from "./repair-temps.ts";

const LOW_BYTES = 100 * 1024 * 1024;
const LOW_SHARE = 0.01;
/** The making of a team takes milliseconds; whoever is slower than this starts anew, in ms. */
const HALF_MADE_MS = 10 * 60 * 1000;
/** As `store/files/team-folders.ts` names them. */
const HALF_MADE = /^\.new-[a-z0-9][a-z0-9_-]*-[A-Za-z0-9][A-Za-z0-9_-]*\.\d+$/;
const HALF_DELETED = /^\.trash-[a-z0-9][a-z0-9_-]*-\d+$/;

/** The folder of all teams. */
export interface FolderPlace {
  readonly configDir: string;
  readonly fs: Fs;
  readonly disk: Disk;
  readonly now: () => number;
}

/** The looks at the folder of all teams, which is there. */
export function looksAtFolder(place: FolderPlace): readonly Look[] {
  const { configDir, fs } = place;
  const folder = teamsFolder(configDir);
  return [
    () => lookAtFolderItself(place, folder),
    () => lookAtSpace(place.disk, folder),
    () => lookAtTempsOf(fs, folder, /^\.append-probe\./, place.now),
    () => lookAtHalves(place, folder),
    () => lookForJournals(place, folder),
  ];
}

async function lookAtFolderItself(
  { fs, disk }: FolderPlace,
  folder: string,
): Promise<readonly RepairFinding[]> {
  const facts = await fs.stat(folder);
  const findings: RepairFinding[] = [];
  const me = process.getuid?.();
  if (facts && facts.kind !== "link" && (facts.mode & 0o077) !== 0)
    findings.push({
      kind: "wide_modes",
      severity: "warning",
      what: `${folder} may be read or written by other users`,
      repair: {
        plan: "take the rights of others away",
        besideSupervisor: true,
        apply: async () =>
          (await disk.restrict(folder)) ? `took the rights of others away from ${folder}` : undefined,
      },
    });
  if (facts && me !== undefined && facts.uid !== me)
    findings.push({ kind: "foreign_owner", severity: "error", what: `${folder} belongs to another user` });
  return findings;
}

/** Source: faults.md C11. */
export async function lookAtSpace(disk: Disk, folder: string): Promise<readonly RepairFinding[]> {
  const { freeBytes, totalBytes, freeInodes, totalInodes } = await disk.space(folder);
  const findings: RepairFinding[] = [];
  if (freeBytes < LOW_BYTES || freeBytes < totalBytes * LOW_SHARE)
    findings.push({
      kind: "low_space",
      severity: "warning",
      what: `${Math.round(freeBytes / 1024 / 1024)} MB are free on the disk of ${folder}`,
    });
  if (totalInodes > 0 && freeInodes < totalInodes * LOW_SHARE)
    findings.push({
      kind: "low_space",
      severity: "warning",
      what: `${freeInodes} of ${totalInodes} files (inodes) are left on the disk of ${folder}`,
    });
  return findings;
}

/** Which append is in use, and what is wrong with the file system. */
export async function lookAtFileSystem(
  fs: Fs,
  folder: string,
): Promise<{
  readonly network: string | undefined;
  readonly probed: Probed | undefined;
  readonly findings: readonly RepairFinding[];
}> {
  const network = networkFileSystem(folder);
  const probed = await probeFolder(fs, folder);
  const findings: RepairFinding[] = [];
  if (network !== undefined)
    findings.push({ kind: "network", severity: "warning", what: `${folder} is on ${network}` });
  else if (probed?.keepsAppends === false)
    findings.push({
      kind: "odd_append",
      severity: "error",
      what: `appends of two writers land on one another in ${folder}`,
    });
  return { network, probed, findings };
}

/** Teams whose making or removal was cut short. Source: faults.md A13. */
async function lookAtHalves({ fs, now }: FolderPlace, folder: string): Promise<readonly RepairFinding[]> {
  const findings: RepairFinding[] = [];
  for (const name of (await fs.list(folder)) ?? []) {
    const path = join(folder, name);
    const facts = HALF_MADE.test(name) || HALF_DELETED.test(name) ? await fs.stat(path) : undefined;
    if (facts?.kind !== "folder") continue;
    const isDeleted = HALF_DELETED.test(name);
    if (!isDeleted && !isOld(facts, now())) {
      findings.push({
        kind: "half_made",
        severity: "note",
        what: `${name}: a team is being made, or its maker died`,
      });
      continue;
    }
    findings.push({
      kind: isDeleted ? "half_deleted" : "half_made",
      severity: "warning",
      what: `${name}: a team whose ${isDeleted ? "removal" : "making"} was cut short`,
      repair: {
        plan: isDeleted ? "finish the removal" : "remove it: nobody was told that it is there",
        besideSupervisor: true,
        apply: async () => {
          const there = await fs.stat(path);
          if (!there || (!isDeleted && !isOld(there, now()))) return undefined;
          await removeTree(fs, path);
          return `removed ${name}`;
        },
      },
    });
  }
  return findings;
}

function isOld({ modifiedMs }: FileFacts, nowMs: number): boolean {
  return nowMs - modifiedMs > HALF_MADE_MS;
}

/** Folders that are built like a team of ours and have no journal: it was moved or removed. Source: faults.md M10. */
async function lookForJournals(
  { configDir, fs }: FolderPlace,
  folder: string,
): Promise<readonly RepairFinding[]> {
  const findings: RepairFinding[] = [];
  for (const name of (await fs.list(folder)) ?? []) {
    const team = TeamName.safeParse(name);
    if (!team.success) continue;
    const { root, journal, mail, agents, supervisor } = teamPaths(configDir, team.data);
    if (root !== join(folder, name) || (await fs.stat(root))?.kind !== "folder") continue;
    if ((await areThere(fs, [mail, agents, supervisor])) && !(await areThere(fs, [journal])))
      findings.push({ kind: "no_journal", severity: "error", what: `${name}: its journal is gone` });
  }
  return findings;
}

/** What cannot be known, because its folder is closed, is told by the look at that team. */
async function areThere(fs: Fs, paths: readonly string[]): Promise<boolean> {
  try {
    for (const path of paths) if (!(await fs.stat(path))) return false;
    return true;
  } catch (error) {
    if (isErrno(error, "EACCES", "EPERM")) return true;
    throw error;
  }
}
