import { isRecord } from "../base/is-record.ts";
import type { Entry } from "../protocol/entries.ts";
import type { TaskId } from "../protocol/names.ts";
import { accept } from "./accept.ts";
import type { Change, Member, Task, TeamFacts, TeamState, Verdict } from "./state.ts";
import { createTaskIndex, type TaskIndex } from "./task-index.ts";

/** The version of the rules and of what `save` writes: a snapshot of another one is not used. Raise it with any change of either. */
export const FOLD_VERSION = 2;

/** What a snapshot holds: JSON, in no order that matters. */
export interface SavedFold {
  readonly team: TeamFacts | undefined;
  readonly tasks: readonly Task[];
  readonly members: readonly Member[];
  /** The last counter that was folded of each instance. */
  readonly counters: readonly (readonly [instance: string, counter: number])[];
  readonly folded: number;
}

/** The state so far, the index of its tasks, and the ids that were folded. */
export interface Fold {
  /** Always the same object: it changes in place with `add`. */
  readonly state: TeamState;
  readonly index: TaskIndex;
  /** Folds the next entry of the journal. Undefined when its id was folded before: it counts once (M4). */
  readonly add: (entry: Entry) => Verdict | undefined;
  /** How many entries were folded, void ones included, each id once. */
  readonly folded: () => number;
  /** The last counter of an instance, 0 when it has none. */
  readonly counterOf: (instance: string) => number;
  readonly save: () => SavedFold;
}

export function openFold(saved?: SavedFold): Fold {
  const tasks = new Map<TaskId, Task>();
  const members = new Map<string, Member>();
  const counters = new Map<string, number>(saved?.counters);
  const state: { team: TeamFacts | undefined; tasks: typeof tasks; members: typeof members } = {
    team: saved?.team,
    tasks,
    members,
  };
  // All tasks first: one may wait for a later one, and the index looks at both.
  for (const task of saved?.tasks ?? []) tasks.set(task.id, task);
  for (const member of saved?.members ?? []) members.set(member.name.toLowerCase(), member);
  const index = createTaskIndex(tasks);
  for (const task of tasks.values()) index.update(undefined, task);
  let folded = saved?.folded ?? 0;

  function apply(change: Change): void {
    if (change.team) state.team = change.team;
    for (const member of change.members ?? []) members.set(member.name.toLowerCase(), member);
    for (const task of change.tasks ?? []) {
      const before = tasks.get(task.id);
      tasks.set(task.id, task);
      index.update(before, task);
    }
  }

  function add(entry: Entry): Verdict | undefined {
    // One process appends one entry at a time, with rising counters: one number tells every id of it that was seen.
    const dot = entry.id.lastIndexOf(".");
    const instance = entry.id.slice(0, dot);
    const counter = Number(entry.id.slice(dot + 1));
    if (counter <= (counters.get(instance) ?? 0)) return undefined;
    counters.set(instance, counter);
    folded += 1;
    const verdict = accept(state, entry);
    if (verdict.ok) apply(verdict.change);
    return verdict;
  }

  return {
    state,
    index,
    add,
    folded: () => folded,
    counterOf: (instance) => counters.get(instance) ?? 0,
    save: () => ({
      team: state.team,
      tasks: [...tasks.values()],
      members: [...members.values()],
      counters: [...counters],
      folded,
    }),
  };
}

/** What a snapshot holds, if it is one of ours; its bytes were checked by the store. */
export function isSavedFold(state: unknown): state is SavedFold {
  if (!isRecord(state)) return false;
  const { tasks, members, counters, folded } = state;
  return [tasks, members, counters].every(Array.isArray) && typeof folded === "number";
}
