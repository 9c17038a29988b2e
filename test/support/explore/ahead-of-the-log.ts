import { join } from "node:path";
import { InstanceId } from "../../../src/protocol/names.ts";
import { segmentName } from "../../../src/protocol/paths.ts";
import { openFileStore } from "../../../src/store/files/open-file-store.ts";
import { openJournalReader } from "../../../src/team/journal-reader.ts";
import { openTeam } from "../../../src/team/open-team.ts";
import { stateHash } from "../../../src/team/state-hash.ts";
import type { SimDisk } from "../sim-disk.ts";
import { testHost } from "../test-host.ts";
import { ONE, oneTask } from "./bodies.ts";
import { PATHS, type Scenario } from "./scenario.ts";

async function oneLife(disk: SimDisk, instance: string, text: string): Promise<void> {
  const store = await openFileStore(disk.fs(), PATHS, { durability: "default", network: false });
  const team = await openTeam(store, testHost(instance), InstanceId.parse(instance));
  await team.commit({ op: "note", by: "user", task: ONE, text });
  const reader = await openJournalReader(store);
  await reader.readOn();
  await reader.saveSnapshot();
}

/** After a power cut: the snapshot has kept an entry that the journal has lost. */
export const aheadOfTheLog: Scenario = {
  name: "ahead",
  setup: oneTask,
  opensInside: true,
  before: async (_actors, disk) => {
    const journal = join(PATHS.journal, segmentName(1));
    const kept = disk.content(journal);
    await oneLife(disk, "life-one", "what the power cut took");
    if (kept) disk.put(journal, kept);
    const snapshot = disk.content(PATHS.snapshot);
    await oneLife(disk, "life-two", "written there afterward");
    if (snapshot) disk.put(PATHS.snapshot, snapshot);
  },
  processes: [
    async ({ open, note }) => {
      const team = await open();
      note(`state ${stateHash(team.state())}`);
    },
  ],
  check: ({ notes: said, fresh }) =>
    fresh && said.includes(`0 state ${stateHash(fresh)}`)
      ? undefined
      : "invariant 4: it has a state that does not stand",
};
