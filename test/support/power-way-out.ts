import type { TroupeError } from "../../src/base/errors.ts";
import { Entry } from "../../src/protocol/entries.ts";
import { InstanceId } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { createTeamFolder, removeTeamFolder } from "../../src/store/files/team-folders.ts";
import type { PowerCase } from "./power-case.ts";
import { openAfter } from "./power-open.ts";
import { parseLine, type Written } from "./power-written.ts";
import type { SimDisk } from "./sim-disk.ts";

/** A team that is lost says so by name, and can be removed and made again. */
export async function wayOut(
  one: PowerCase,
  disk: SimDisk,
  error: TroupeError,
  { firstLine }: Written,
): Promise<string[]> {
  if (error.code !== "team_not_found" && error.code !== "journal_damaged")
    return [`a lost team is reported as ${error.code}: ${error.message}`];
  const fs = disk.fs();
  const { root } = teamPaths(one.configDir, one.team);
  if (disk.now.stat(root)) await removeTeamFolder(fs, one.configDir, one.team);
  const instance = InstanceId.parse("afternew");
  const first = { ...parseLine(firstLine.toString()), id: `${instance}.1`, instance };
  await createTeamFolder(fs, one.configDir, one.team, Entry.parse(first));
  await (await openAfter(one, disk, instance)).close();
  return [];
}
