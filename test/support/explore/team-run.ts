import { createActor } from "./actor.ts";
import { brokenJson } from "./broken-json.ts";
import { createHistory, type History } from "./history.ts";
import { type Move, underPlan } from "./move.ts";
import type { Plan } from "./plan.ts";
import { diskOf } from "./prepare.ts";
import { type Actor, PATHS, type Scenario } from "./scenario.ts";
import type { Footprint } from "./search.ts";
import type { SimProcess } from "./sim-process.ts";
import { SimWorld } from "./sim-world.ts";
import { verifyRun } from "./verify-run.ts";
import type { World } from "./world.ts";

/** What a scenario is before anything is explored: who takes part, and what they know. */
export interface Begun {
  readonly world: World;
  readonly history: History;
  readonly actors: readonly Actor[];
  readonly notes: readonly string[];
}

/** `only`: one process is all that is wanted, where the others need not be there. */
export async function begin(scenario: Scenario, plan: Plan, only?: number): Promise<Begun> {
  const disk = (await diskOf(scenario)).clone();
  const world: World = {
    disk,
    shared: new SimWorld(disk),
    laws: {
      network: scenario.options?.network ?? false,
      staleLocks: scenario.staleLocks ?? false,
      ignoresSize: scenario.ignoresSize ?? false,
    },
    plan,
    processes: [],
    snapshot: disk.trail(PATHS.snapshot).inode?.number,
    trace: [],
  };
  const history = createHistory();
  const notes: string[] = [];
  const actors: Actor[] = [];
  for (const index of scenario.processes.keys())
    if (only === undefined || only === index || scenario.before)
      actors.push(await createActor(scenario, world, { index, history, notes }));
  await scenario.before?.(actors, disk);
  return { world, history, actors, notes };
}

/** All processes from the start on one disk, driven step by step. */
export interface TeamRun {
  readonly world: World;
  readonly processes: number;
  /** What the next step of a process touches; undefined when it has ended or died. */
  readonly next: (process: number) => Footprint | undefined;
  /** Whether the next step can happen now; false while somebody else holds what it waits for. */
  readonly isEnabled: (process: number) => boolean;
  /** Takes one step. Answers what is broken already. */
  readonly step: (process: number) => Promise<string | undefined>;
  /** What a process noted, was told and received so far. */
  readonly said: (process: number) => string;
  /** When no step is left: what is broken, and what came out of it. */
  readonly end: () => Promise<{ readonly broken: string | undefined; readonly outcome: string }>;
}

export async function beginRun(scenario: Scenario, plan: Plan): Promise<TeamRun> {
  const { world, history, actors, notes } = await begin(scenario, plan);
  for (const [index, body] of scenario.processes.entries()) {
    const actor = actors[index];
    if (actor) await actor.process.start(() => body(actor));
  }
  const { processes, shared, trace } = world;
  const moveOf = (index: number): Move | undefined => {
    const process = processes[index];
    return !process || process.isDead ? undefined : underPlan(plan, index, process.move, process);
  };
  return {
    world,
    processes: processes.length,
    next: (index) => moveOf(index)?.footprint(shared),
    isEnabled: (index) => moveOf(index)?.isEnabled(shared) ?? false,
    step: async (index) => {
      const move = moveOf(index);
      const process = processes[index];
      if (!move || !process) throw new Error(`process ${index} has no step to take`);
      trace.push(() => `${index} ${move.text()}`);
      const answer = move.take(shared);
      if (move === process.move) await process.go(answer);
      return history.broken() ?? brokenJson(shared);
    },
    said: (index) => {
      const process = processes[index];
      return process ? saidBy({ notes, history }, process) : "";
    },
    end: () => verifyRun({ scenario, world, history, actors, notes }),
  };
}

export function saidBy(
  { notes, history }: Pick<Begun, "notes" | "history">,
  { index, failure }: SimProcess,
): string {
  const told = history.told.filter(({ process }) => process === index);
  const received = history.received.filter(({ process }) => process === index);
  const noted = notes.filter((note) => note.startsWith(`${index} `));
  return JSON.stringify([noted, told, received, history.broken(), String(failure)]);
}
