import { createActor } from "./actor.ts";
import { createHistory } from "./history.ts";
import type { Plan } from "./plan.ts";
import { diskOf } from "./prepare.ts";
import { type Actor, NAMES, PATHS, type Scenario } from "./scenario.ts";
import type { Run } from "./search.ts";
import type { World } from "./sim-process.ts";
import { verifyRun } from "./verify-run.ts";

/** Each of our JSON files ends with one. */
const NEWLINE = 10;

/** Begins a run of the scenario under a plan: the engine then takes it step by step. */
export async function beginRun(scenario: Scenario, plan: Plan): Promise<Run & { readonly world: World }> {
  const disk = (await diskOf(scenario)).clone();
  const world: World = {
    disk,
    plan,
    processes: [],
    busy: new Map(),
    locks: new Map(),
    network: scenario.options?.network ?? false,
    staleLocks: scenario.staleLocks ?? false,
    snapshot: disk.trail(PATHS.snapshot).inode?.number,
    ignoresSize: scenario.ignoresSize ?? false,
    trace: [],
  };
  const history = createHistory();
  const notes: string[] = [];
  const actors: Actor[] = [];
  for (const index of scenario.processes.keys())
    actors.push(await createActor(scenario, world, { index, history, notes }));
  await scenario.before?.(actors, disk);
  for (const [index, body] of scenario.processes.entries()) {
    const actor = actors[index];
    if (actor) await actor.process.start(() => body(actor));
  }
  const { processes } = world;
  return {
    world,
    processes: processes.length,
    next: (index) => processes[index]?.next(),
    isEnabled: (index) => processes[index]?.move?.isEnabled() ?? false,
    step: async (index) => {
      await processes[index]?.step();
      return history.broken() ?? brokenJson(world);
    },
    end: () => verifyRun({ scenario, world, history, actors, notes }),
  };
}

/** 7: the JSON files that are replaced are whole at every instant. */
function brokenJson({ disk }: World): string | undefined {
  for (const path of [PATHS.snapshot, PATHS.cursor("user"), ...NAMES.map(PATHS.cursor)]) {
    const { inode } = disk.trail(path);
    if (inode && inode.bytes[inode.size - 1] !== NEWLINE)
      return `invariant 7: ${path} is cut at byte ${inode.size}`;
  }
  return undefined;
}
