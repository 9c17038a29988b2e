import type { Host } from "../../src/base/host.ts";
import { InstanceId } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import type { PowerCase } from "./power-case.ts";
import type { Image } from "./power-model.ts";
import { SimDisk } from "./sim-disk.ts";
import { testHost } from "./test-host.ts";

/** An hour passes before the machine is up again. */
const LATER_MS = 3_600_000;

/** A disk with that content. */
export function diskOf(root: string, image: Image): SimDisk {
  const disk = new SimDisk();
  disk.now.mkdir(root);
  for (const [path, bytes] of image) {
    if (bytes === null) disk.now.mkdir(path);
    else disk.put(path, bytes);
  }
  return disk;
}

/** Opens the team as a start does. Undefined when there is none, as its error says. */
export async function openAfter(one: PowerCase, disk: SimDisk, name: string, lie = one.lie): Promise<Team> {
  const paths = teamPaths(one.configDir, one.team);
  const store = await openFileStore(disk.fs(), paths, { durability: one.durability, network: false });
  return openTeam(lie ? lie(store, disk.fs(), paths) : store, hostOf(name), InstanceId.parse(name));
}

function hostOf(name: string): Host {
  const host = testHost(name);
  return { ...host, now: () => host.now() + LATER_MS };
}
