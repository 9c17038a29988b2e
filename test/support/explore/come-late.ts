import type { Entry } from "../../../src/protocol/entries.ts";
import { openFileStore } from "../../../src/store/files/open-file-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { openFold } from "../../../src/team/fold.ts";
import type { TeamState } from "../../../src/team/state.ts";
import type { SimDisk } from "../sim-disk.ts";
import { PATHS, type Scenario } from "./scenario.ts";

/** The store of somebody who comes when all is over. */
export function openFresh({ options }: Scenario, disk: SimDisk): Promise<Store> {
  return openFileStore(disk.fs(), PATHS, { durability: "default", ...options, network: false });
}

interface Refolded {
  readonly state: TeamState;
  readonly accepted: readonly Entry[];
}

/** What somebody finds who comes at the end and reads from the first byte. */
export async function refold({ journal }: Store): Promise<Refolded> {
  const { add, state } = openFold();
  const accepted: Entry[] = [];
  let position = await journal.start();
  for (let atEnd = false; !atEnd; ) {
    const chunk = await journal.read(position);
    for (const { entry } of chunk.entries) if (add(entry)?.ok) accepted.push(entry);
    position = chunk.next;
    ({ atEnd } = chunk);
  }
  return { state, accepted };
}
