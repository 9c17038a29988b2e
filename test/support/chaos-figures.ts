import { deliveryMs } from "./chaos-check.ts";
import type { ForeignDone } from "./chaos-foreign.ts";
import type { MostHeld } from "./chaos-held.ts";
import { sampleFolder, spread } from "./chaos-samples.ts";
import type { Siege } from "./chaos-siege.ts";

interface Seen {
  readonly calls: number;
  readonly foreign: ForeignDone;
  readonly most: MostHeld;
}

/** What came out, beside the broken promises. */
export function chaosFigures(
  siege: Siege,
  { calls, foreign, most }: Seen,
): Readonly<Record<string, unknown>> {
  const state = siege.team.state();
  const tasks = [...state.tasks.values()];
  // Clocks of odd lives say nothing, on neither side.
  const isOurs = (id: string): boolean => !siege.odd.has(id.slice(0, id.lastIndexOf(".")));
  const delivery = deliveryMs(siege.teamDir, siege.members, ({ id }, turn) => isOurs(id) && isOurs(turn.id));
  return {
    kills: siege.kills(),
    acts: Object.fromEntries([...siege.counts].toSorted(([one], [other]) => one.localeCompare(other))),
    tasks: { all: tasks.length, completed: tasks.filter(({ status }) => status === "completed").length },
    deaths: tasks.reduce((sum, { deaths }) => sum + deaths, 0),
    messages: delivery.length,
    modelCalls: calls,
    rescueMs: { ...spread(siege.rescues.ms()), hindered: siege.rescues.hindered() },
    deliveryMs: spread(delivery.map(({ ms }) => ms)),
    most,
    folderMb: Math.round(
      Object.values(sampleFolder(siege.teamDir)).reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20,
    ),
    foreign: { ...foreign, errors: foreign.errors.length },
    ownDisk: siege.world.isOwnDisk,
  };
}
