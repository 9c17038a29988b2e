import { isRecord } from "../base/is-record.ts";
import type { Entry } from "../protocol/entries.ts";
import type { EntryId, TaskId } from "../protocol/names.ts";
import { accept } from "./accept.ts";
import {
  type Approval,
  type Change,
  type Member,
  SETTLED_KEPT,
  type Task,
  type TeamFacts,
  type TeamState,
  type Verdict,
} from "./state.ts";
import { createTaskIndex, type TaskIndex } from "./task-index.ts";

/** The version of the rules and of what `save` writes: a snapshot of another one is not used. Raise it with any change of either. */
export const FOLD_VERSION = 4;

/** What a snapshot holds: JSON. Only the order of `approvals` matters: it says which of them were settled first. */
export interface SavedFold {
  readonly team: TeamFacts | undefined;
  readonly tasks: readonly Task[];
  readonly members: readonly Member[];
  readonly approvals: readonly Approval[];
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

const EMPTY: SavedFold = {
  team: undefined,
  tasks: [],
  members: [],
  approvals: [],
  counters: [],
  folded: 0,
};

export function openFold(saved: SavedFold = EMPTY): Fold {
  const tasks = new Map<TaskId, Task>();
  const members = new Map<string, Member>();
  const approvals = new Map(saved.approvals.map((approval) => [approval.id, approval]));
  const counters = new Map<string, number>(saved.counters);
  const state: { -readonly [K in keyof TeamState]: TeamState[K] } = {
    team: saved.team,
    tasks,
    members,
    approvals,
  };
  // All tasks first: one may wait for a later one, and the index looks at both.
  for (const task of saved.tasks) tasks.set(task.id, task);
  for (const member of saved.members) members.set(member.name.toLowerCase(), member);
  const index = createTaskIndex(tasks);
  for (const task of tasks.values()) index.update(undefined, task);
  let folded = saved.folded;

  function apply(change: Change): void {
    if (change.team) state.team = change.team;
    for (const member of change.members ?? []) members.set(member.name.toLowerCase(), member);
    for (const task of change.tasks ?? []) {
      const before = tasks.get(task.id);
      tasks.set(task.id, task);
      index.update(before, task);
    }
    if (change.approvals) keepApprovals(approvals, change.approvals);
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
      approvals: [...approvals.values()],
      counters: [...counters],
      folded,
    }),
  };
}

/** Each goes to the end, so that the settled ones stand in the order in which they were settled; the oldest of them go. */
function keepApprovals(approvals: Map<EntryId, Approval>, changed: readonly Approval[]): void {
  for (const approval of changed) {
    approvals.delete(approval.id);
    approvals.set(approval.id, approval);
  }
  const settled = [...approvals.values()].filter((approval) => approval.settled);
  for (const { id } of settled.slice(0, Math.max(0, settled.length - SETTLED_KEPT))) approvals.delete(id);
}

/** What a snapshot holds, if it is one of ours; its bytes were checked by the store. */
export function isSavedFold(state: unknown): state is SavedFold {
  if (!isRecord(state)) return false;
  const { tasks, members, approvals, counters, folded } = state;
  return [tasks, members, approvals, counters].every(Array.isArray) && typeof folded === "number";
}
