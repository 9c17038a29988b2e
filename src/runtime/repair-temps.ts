import { join } from "node:path";
import { diskError } from "../base/disk-error.ts";
import { isErrno } from "../base/errors.ts";
import type { Fs } from "../base/files.ts";
import { nodeFiles } from "../base/node-files.ts";
import { identityOf } from "../base/process-identity.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";

/** A temporary file of this age belongs to nobody any more, in ms. Source: faults.md §5. */
const TEMP_MAX_MS = 3_600_000;
/** `<path>.<pid of its writer>-<number>.tmp`, as `base/atomic-file.ts` names them. */
const TEMP = /\.(\d{1,9})-\d+\.tmp$/;

/** `sweepTemps` in the folder of a team. */
export function sweepTeamTemps(configDir: string, team: Team, fs: Fs = nodeFiles()): Promise<number> {
  return sweepTemps(fs, teamPaths(configDir, team.name).root, team.host.now());
}

/** Removes temporary files of dead writers in `folder` and below, links not followed. Answers how many. Throws what `diskError` makes of trouble. */
export async function sweepTemps(fs: Fs, folder: string, nowMs: number): Promise<number> {
  try {
    return await sweepBelow(fs, folder, nowMs);
  } catch (error) {
    throw diskError(error, "remove temporary files below", folder);
  }
}

async function sweepBelow(fs: Fs, folder: string, nowMs: number): Promise<number> {
  let swept = 0;
  for (const name of (await fs.list(folder)) ?? []) {
    const path = join(folder, name);
    const facts = await fs.stat(path);
    if (facts?.kind === "folder") swept += await sweepBelow(fs, path, nowMs);
    const writer = TEMP.exec(name)?.[1];
    if (writer === undefined || facts?.kind !== "file") continue;
    // The number alone is no identity, but whoever has it now only keeps the file for an hour.
    const isOver = nowMs - facts.modifiedMs > TEMP_MAX_MS || !(await identityOf(Number(writer)));
    if (isOver && (await unlinkIfThere(fs, path))) swept += 1;
  }
  return swept;
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
