import { InstanceId } from "../../../src/protocol/names.ts";
import { openFileStore } from "../../../src/store/files/open-file-store.ts";
import { createTeamFolder } from "../../../src/store/files/team-folders.ts";
import { openJournalReader } from "../../../src/team/journal-reader.ts";
import { openTeam } from "../../../src/team/open-team.ts";
import { SimDisk } from "../sim-disk.ts";
import { teamEntry } from "../store-entries.ts";
import { testHost } from "../test-host.ts";
import { DEMO, NAMES, PATHS, type Scenario } from "./scenario.ts";

const disks = new WeakMap<Scenario, Promise<SimDisk>>();

/** The disk that every run of the scenario begins with. */
export function diskOf(scenario: Scenario): Promise<SimDisk> {
  const known = disks.get(scenario) ?? prepare(scenario);
  disks.set(scenario, known);
  return known;
}

async function prepare({ setup, options }: Scenario): Promise<SimDisk> {
  const disk = new SimDisk();
  await createTeamFolder(disk.fs(), "/h", DEMO, teamEntry());
  const store = await openFileStore(disk.fs(), PATHS, { durability: "default", ...options, network: false });
  const team = await openTeam(store, testHost("setup"), InstanceId.parse("founders"));
  for (const [index, member] of NAMES.slice(0, 3).entries()) {
    await team.commit({
      op: "join",
      by: "user",
      member,
      backend: "child",
      definition: {},
      lead: index === 0,
    });
    const instance = InstanceId.parse(`process-${index}`);
    await team.commit({ op: "start", by: "system", member, instance });
  }
  await setup?.(team, disk);
  // Everybody starts from a snapshot, which is quick; who comes at the end folds from the first byte as well.
  const reader = await openJournalReader(store);
  await reader.readOn();
  await reader.saveSnapshot();
  await store.close();
  return disk;
}
