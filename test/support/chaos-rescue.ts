import type { TaskId } from "../../src/protocol/names.ts";
import { sameName } from "../../src/protocol/names.ts";
import type { Team } from "../../src/team/team.ts";

/** Tasks of killed agents, from the kill to the entry that frees them. Source: faults.md P5. */
export interface Rescues {
  /** That member's process was just killed. */
  readonly killed: (name: string) => Promise<void>;
  /** From here to `resume` nobody can be expected to free anything: what is open does not count. */
  readonly hinder: () => void;
  readonly resume: () => void;
  /** Milliseconds of each rescue that counts. */
  readonly ms: () => readonly number[];
  /** Claims of killed agents that were not freed within `limitMs`, though nothing hindered. */
  readonly late: (limitMs: number) => readonly string[];
  readonly hindered: () => number;
}

interface Open {
  readonly name: string;
  readonly task: TaskId;
  readonly at: number;
}

export function watchRescues(team: Team): Rescues {
  const open = new Map<string, Open>();
  const done: number[] = [];
  const late: { readonly what: string; readonly ms: number }[] = [];
  let hindrances = 0;
  let hindered = 0;
  team.subscribe(({ entry, verdict }) => {
    if (!verdict.ok || !("claim" in entry) || typeof entry.claim !== "string") return;
    const waited = open.get(entry.claim);
    if (!waited) return;
    open.delete(entry.claim);
    // It had completed the task before it died.
    if (entry.op !== "release") return;
    const ms = performance.now() - waited.at;
    done.push(ms);
    late.push({ what: `#${waited.task} of ${waited.name}`, ms });
  });
  return {
    killed: async (name) => {
      const at = performance.now();
      const state = await team.readOn();
      if (hindrances > 0) return;
      for (const task of state.tasks.values())
        if (task.claim !== undefined && task.owner !== undefined && sameName(task.owner, name))
          open.set(task.claim, { name, task: task.id, at });
    },
    hinder: () => {
      hindrances += 1;
      hindered += open.size;
      open.clear();
    },
    resume: () => {
      hindrances -= 1;
    },
    ms: () => done,
    late: (limitMs) => [
      ...late
        .filter(({ ms }) => ms > limitMs)
        .map(({ what, ms }) => `${what} was free after ${Math.round(ms)} ms`),
      ...[...open.values()]
        .filter(({ at }) => performance.now() - at > limitMs)
        .map(({ name, task }) => `#${task} of ${name} is not free`),
    ],
    hindered: () => hindered,
  };
}
