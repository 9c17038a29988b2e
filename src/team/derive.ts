import type { Actor, Party, TaskId } from "../protocol/names.ts";
import { DEATHS_HELD, type Member, type Task, type TeamState } from "./state.ts";

/** What a task is for people: its status, and what follows from other tasks and from its owner's life. */
export const TASK_STATES = [
  "claimable",
  "blocked",
  "working",
  "orphaned",
  "held",
  "review",
  "failed",
  "done",
  "deleted",
] as const;
export type DerivedState = (typeof TASK_STATES)[number];

/** Whoever waits for a settled task waits no longer. */
export function isSettled(task: Task): boolean {
  return task.status === "completed" || task.status === "deleted";
}

/** Poisoned: nobody may claim it before the lead or the user reopens it. */
export function isHeld(task: Task): boolean {
  return task.status === "pending" && task.deaths >= DEATHS_HELD;
}

/** The tasks that this one still waits for, in the order of its `blockedBy`. */
export function openBlockers(state: TeamState, task: Task): readonly TaskId[] {
  return task.blockedBy.filter((id) => {
    const blocker = state.tasks.get(id);
    return blocker !== undefined && !isSettled(blocker);
  });
}

/** The tasks that name this one as a blocker, settled or not. Looks at every task: for lists take `blocksOfAll`. */
export function blocks(state: TeamState, task: Task): readonly TaskId[] {
  return blocksOfAll(state).get(task.id) ?? [];
}

/** For each task that blocks another: which, in the order of their numbers. */
export function blocksOfAll(state: TeamState): ReadonlyMap<TaskId, readonly TaskId[]> {
  const found = new Map<TaskId, TaskId[]>();
  for (const task of state.tasks.values()) {
    if (task.status === "deleted") continue;
    for (const blocker of task.blockedBy) {
      const known = found.get(blocker);
      if (known) known.push(task.id);
      else found.set(blocker, [task.id]);
    }
  }
  return found;
}

/** `isDead`: the owner's process is proven to be gone, so the next sweep frees the task. */
export function taskState(state: TeamState, task: Task, isDead: (owner: Party) => boolean): DerivedState {
  switch (task.status) {
    case "pending":
      if (isHeld(task)) return "held";
      return openBlockers(state, task).length > 0 ? "blocked" : "claimable";
    case "in_progress":
      return task.owner !== undefined && isDead(task.owner) ? "orphaned" : "working";
    case "completed":
      return "done";
    case "review":
    case "failed":
    case "deleted":
      break;
  }
  return task.status;
}

/**
 * Tasks that somebody may still finish as things stand: claimed, in review, or pending. Not those that wait for the
 * lead or the user (failed, held), nor those that wait for such a task, at whatever distance.
 */
export function openTasks(state: TeamState): readonly TaskId[] {
  const stuck = stuckTasks(state);
  return [...state.tasks.values()]
    .filter(({ id, status }) => status !== "failed" && !stuck.has(id) && !isOver(status))
    .map(({ id }) => id);
}

function isOver(status: Task["status"]): boolean {
  return status === "completed" || status === "deleted";
}

/** Held tasks, and pending ones behind a failed or held one. Walks with a list: chains may be long. */
function stuckTasks(state: TeamState): ReadonlySet<TaskId> {
  const roots = [...state.tasks.values()].filter((task) => task.status === "failed" || isHeld(task));
  if (roots.length === 0) return new Set();
  const waiting = blocksOfAll(state);
  const stuck = new Set(roots.filter(isHeld).map(({ id }) => id));
  const left = roots.map(({ id }) => id);
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    for (const dependent of waiting.get(id) ?? []) {
      if (stuck.has(dependent) || state.tasks.get(dependent)?.status !== "pending") continue;
      stuck.add(dependent);
      left.push(dependent);
    }
  }
  return stuck;
}

/** Also one who left: a name is never used again. */
export function memberNamed(state: TeamState, name: string): Member | undefined {
  return state.members.get(name.toLowerCase());
}

/** The member of that name unless it left. */
export function presentMember(state: TeamState, name: string): Member | undefined {
  const member = memberNamed(state, name);
  return member?.left ? undefined : member;
}

/** In the order they joined. */
export function presentMembers(state: TeamState): readonly Member[] {
  return [...state.members.values()].filter(({ left }) => !left);
}

export function leadOf(state: TeamState): Member | undefined {
  return presentMembers(state).find(({ lead }) => lead);
}

export function isLead(state: TeamState, who: Actor): boolean {
  return presentMember(state, who)?.lead === true;
}

/** At most three of `names` that differ from `name` by few letters, the nearest first; case does not count. */
export function nearestNames(name: string, names: Iterable<string>): readonly string[] {
  // A third of the letters may be wrong: more, and any short name would look like any other.
  const limit = Math.max(1, Math.trunc(name.length / 3));
  const wanted = name.toLowerCase();
  return [...names]
    .map((known) => ({ known, distance: editDistance(wanted, known.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((one, other) => one.distance - other.distance || (one.known < other.known ? -1 : 1))
    .slice(0, 3)
    .map(({ known }) => known);
}

/** Letters to add, remove, replace or swap with their neighbour (optimal string alignment). */
function editDistance(one: string, other: string): number {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      line.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (line[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = above;
    above = line;
  }
  return above[other.length] ?? 0;
}

/** A person or a script acts for it: no process of ours lives its life. */
export function isByHand({ backend, life }: Member): boolean {
  return backend === "hand" && (life === undefined || life.ended !== undefined);
}
