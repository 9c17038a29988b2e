import type { Party, TaskId } from "../protocol/names.ts";
import { type Claimer, createClaimLanes } from "./claim-lanes.ts";
import { isHeld, isSettled } from "./derive.ts";
import { createEdges } from "./edges.ts";
import type { Spread } from "./lane.ts";
import type { Task } from "./state.ts";

/** What follows from the tasks, kept up to date with each entry. */
export interface TaskIndex {
  /**
   * Tasks that `claimer` may claim now, best first: those assigned to it, those it had before, then by priority, then
   * by number from where `spread` says. Ask for no more than is needed: each costs the same, however many there are.
   * A task may come twice.
   */
  readonly candidates: (claimer: Claimer, spread: Spread) => Iterable<TaskId>;
  /** Tasks that wait or waited for this one, deleted ones left out; in the order of their numbers. */
  readonly dependents: (task: TaskId) => readonly TaskId[];
  /** Tasks that this party works on now, in no order that matters. */
  readonly owned: (owner: Party) => readonly TaskId[];
  readonly ownedCount: (owner: Party) => number;
}

/** The same with its other side: the fold alone tells it what changed. */
export interface LiveTaskIndex extends TaskIndex {
  /** `before` is undefined for a new task. */
  readonly update: (before: Task | undefined, after: Task) => void;
}

/** `tasks` is the fold's own map: it holds `after` when `update` is called. */
export function createTaskIndex(tasks: ReadonlyMap<TaskId, Task>): LiveTaskIndex {
  const ids: TaskId[] = [];
  const edges = createEdges(tasks);
  const lanes = createClaimLanes();
  const owned = new Map<string, Set<TaskId>>();

  function own(before: Task | undefined, after: Task): void {
    if (before?.owner === after.owner) return;
    if (before?.owner) owned.get(before.owner.toLowerCase())?.delete(after.id);
    if (!after.owner) return;
    const key = after.owner.toLowerCase();
    const set = owned.get(key);
    if (set) set.add(after.id);
    else owned.set(key, new Set([after.id]));
  }

  function list(task: Task): void {
    lanes.list(task, task.status === "pending" && !edges.isBlocked(task) && !isHeld(task));
  }

  function update(before: Task | undefined, after: Task): void {
    ids[Number(after.id)] = after.id;
    const isGone = after.status === "deleted" && before?.status !== "deleted";
    if (!before || isGone || before.blockedBy !== after.blockedBy) edges.wire(before, after);
    if (before && isSettled(before) !== isSettled(after))
      for (const dependent of tasksOf(edges.settle(after, isSettled(after)))) list(dependent);
    own(before, after);
    list(after);
  }

  function tasksOf(numbers: Iterable<number>): readonly Task[] {
    return [...numbers].flatMap((number) => {
      const id = ids[number];
      return (id !== undefined && tasks.get(id)) || [];
    });
  }

  function* candidates(claimer: Claimer, spread: Spread): Generator<TaskId> {
    for (const { id } of lanes.candidates(claimer, spread)) yield id;
  }

  return {
    update,
    candidates,
    dependents: (task) =>
      tasksOf(edges.dependents(task))
        .map(({ id }) => id)
        .toSorted((one, other) => Number(one) - Number(other)),
    owned: (owner) => [...(owned.get(owner.toLowerCase()) ?? [])],
    ownedCount: (owner) => owned.get(owner.toLowerCase())?.size ?? 0,
  };
}
