import { join, relative } from "node:path";
import { diskError } from "../base/disk-error.ts";
import { isErrno } from "../base/errors.ts";
import type { Fs } from "../base/files.ts";
import { nodeFiles } from "../base/node-files.ts";
import { identityOf } from "../base/process-identity.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";
import { plural } from "./plural.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";

/** A temporary file of this age belongs to nobody any more, in ms. Source: faults.md §5. */
const TEMP_MAX_MS = 3_600_000;
/** `<path>.<pid of its writer>-<number>.tmp`, as `base/atomic-file.ts` names them. */
const TEMP = /\.(\d{1,9})-\d+\.tmp$/;

/** `sweepTemps` in the folder of a team. */
export function sweepTeamTemps(configDir: string, team: Team, fs: Fs = nodeFiles()): Promise<number> {
  return sweepTemps(fs, teamPaths(configDir, team.name).root, team.host.now());
}

/** Temporary files of dead writers in the folder of a team. Source: faults.md C12. */
export async function lookAtTemps({ fs, paths, now }: RepairPlace): Promise<readonly RepairFinding[]> {
  const temps = await deadTemps(fs, paths.root, now());
  if (temps.length === 0) return [];
  return [
    {
      kind: "temp_files",
      severity: "warning",
      what: plural(temps.length, "temporary file of a dead writer", "temporary files of dead writers"),
      details: temps.map((path) => relative(paths.root, path)),
      repair: {
        plan: temps.length === 1 ? "remove it" : "remove them",
        besideSupervisor: true,
        apply: async () => {
          const swept = await sweepTemps(fs, paths.root, now());
          return swept === 0 ? undefined : `removed ${plural(swept, "temporary file", "temporary files")}`;
        },
      },
    },
  ];
}

/** The same for files of that name in one folder, not below: the folder is shared with other programs. */
export async function lookAtTempsOf(
  fs: Fs,
  folder: string,
  names: RegExp,
  now: () => number,
): Promise<readonly RepairFinding[]> {
  const findings: RepairFinding[] = [];
  for (const name of (await fs.list(folder)) ?? []) {
    const path = join(folder, name);
    if (!names.test(name) || !(await isDeadTemp(fs, path, now()))) continue;
    findings.push({
      kind: "temp_files",
      severity: "warning",
      what: `${name}: a temporary file of a dead writer`,
      repair: {
        plan: "remove it",
        besideSupervisor: true,
        apply: async () => ((await unlinkIfThere(fs, path)) ? `removed ${name}` : undefined),
      },
    });
  }
  return findings;
}

/** Removes temporary files of dead writers in `folder` and below, links not followed. Answers how many. Throws what `diskError` makes of trouble. */
export async function sweepTemps(fs: Fs, folder: string, nowMs: number): Promise<number> {
  try {
    let swept = 0;
    for (const path of await deadTemps(fs, folder, nowMs)) if (await unlinkIfThere(fs, path)) swept += 1;
    return swept;
  } catch (error) {
    throw diskError(error, "remove temporary files below", folder);
  }
}

/** Temporary files whose writer is dead, in `folder` and below, links not followed. */
async function deadTemps(fs: Fs, folder: string, nowMs: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await fs.list(folder)) ?? []) {
    const path = join(folder, name);
    const facts = await fs.stat(path);
    if (facts?.kind === "folder") found.push(...(await deadTemps(fs, path, nowMs)));
    else if (await isDeadTemp(fs, path, nowMs)) found.push(path);
  }
  return found;
}

async function isDeadTemp(fs: Fs, path: string, nowMs: number): Promise<boolean> {
  const writer = TEMP.exec(path)?.[1];
  const facts = writer === undefined ? undefined : await fs.stat(path);
  if (facts?.kind !== "file") return false;
  // The number alone is no identity, but whoever has it now only keeps the file for an hour.
  return nowMs - facts.modifiedMs > TEMP_MAX_MS || !(await identityOf(Number(writer)));
}

async function unlinkIfThere(fs: Fs, path: string): Promise<boolean> {
  try {
    await fs.unlink(path);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}
