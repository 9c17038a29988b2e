import type { Fs } from "../base/files.ts";
import type { Host } from "../base/host.ts";
import { nodeFiles } from "../base/node-files.ts";
import type { TeamName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { type Disk, nodeDisk } from "./repair-disk.ts";
import { openWorkspace } from "./workspace.ts";

export interface DoctorJob {
  readonly host: Host;
  readonly configDir: string;
  readonly fs: Fs;
  readonly disk: Disk;
  /** Repairs what it finds; without it nothing is changed. */
  readonly fixing: boolean;
}

/** The same on the real disk. */
export function doctorJob(host: Host, configDir: string, fixing: boolean): DoctorJob {
  return { host, configDir, fs: nodeFiles(), disk: nodeDisk(), fixing };
}

/** Opens a team for some work, and closes it. */
export async function withTeam(
  host: Host,
  fs: Fs,
  name: TeamName,
  work: (team: Team) => Promise<void>,
): Promise<void> {
  const team = await openWorkspace(host, fs).open(name);
  try {
    await work(team);
  } finally {
    await team.close();
  }
}
