import type { Party, Role, TaskId } from "../protocol/names.ts";
import { isHeld, isSettled } from "./derive.ts";
import { createLane, inOrder, type Lane, type Spread } from "./lane.ts";
import type { Task } from "./state.ts";

export interface Claimer {
  readonly name: Party;
  readonly role: Role | undefined;
}

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
  /** Tasks that this party works on now, in the order of their claims. */
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
  /** By number: how many blockers are not settled, and who waits for it. */
  const open: number[] = [];
  const waiting: (Set<number> | undefined)[] = [];
  /** By number: the task as it was when it was put into the lanes. */
  const listed: (Task | undefined)[] = [];
  const owned = new Map<string, Set<TaskId>>();
  const lanes = createLanes();

  function wire(number: number, before: Task | undefined, after: Task): void {
    const edges = after.status === "deleted" ? [] : after.blockedBy;
    for (const id of before?.blockedBy ?? []) waiting[Number(id)]?.delete(number);
    let count = 0;
    for (const id of edges) {
      const blocker = Number(id);
      const set = waiting[blocker] ?? new Set<number>();
      waiting[blocker] = set;
      set.add(number);
      const task = tasks.get(id);
      if (task && !isSettled(task)) count += 1;
    }
    open[number] = count;
  }

  function list(number: number, task: Task): void {
    const before = listed[number];
    const isClaimable = task.status === "pending" && open[number] === 0 && !isHeld(task);
    if (!before && !isClaimable) return;
    if (before) lanes.remove(number, before);
    if (isClaimable) lanes.add(number, task);
    listed[number] = isClaimable ? task : undefined;
  }

  function settle(number: number, step: 1 | -1): void {
    for (const dependent of waiting[number] ?? []) {
      open[dependent] = (open[dependent] ?? 0) + step;
      const task = tasks.get(ids[dependent] ?? ("" as TaskId));
      if (task) list(dependent, task);
    }
  }

  function own(before: Task | undefined, after: Task): void {
    if (before?.owner === after.owner) return;
    if (before?.owner) owned.get(before.owner.toLowerCase())?.delete(after.id);
    if (!after.owner) return;
    const key = after.owner.toLowerCase();
    const set = owned.get(key);
    if (set) set.add(after.id);
    else owned.set(key, new Set([after.id]));
  }

  function update(before: Task | undefined, after: Task): void {
    const number = Number(after.id);
    ids[number] = after.id;
    const isGone = after.status === "deleted" && before?.status !== "deleted";
    if (!before || isGone || before.blockedBy !== after.blockedBy) wire(number, before, after);
    if (before && isSettled(before) !== isSettled(after)) settle(number, isSettled(after) ? -1 : 1);
    own(before, after);
    list(number, after);
  }

  const idsOf = (numbers: Iterable<number>): TaskId[] =>
    [...numbers].sort((one, other) => one - other).flatMap((number) => ids[number] ?? []);

  function* candidates(claimer: Claimer, spread: Spread): Generator<TaskId> {
    for (const number of lanes.candidates(claimer, spread)) {
      const id = ids[number];
      const task = listed[number];
      if (id !== undefined && task && fits(task, claimer)) yield id;
    }
  }

  return {
    update,
    candidates,
    dependents: (task) => idsOf(waiting[Number(task)] ?? []),
    owned: (owner) => [...(owned.get(owner.toLowerCase()) ?? [])],
    ownedCount: (owner) => owned.get(owner.toLowerCase())?.size ?? 0,
  };
}

/** What was listed for a former owner may need a role that it does not have. */
function fits(task: Task, { name, role }: Claimer): boolean {
  if (task.role === undefined || name === "user") return true;
  return role !== undefined && task.role.toLowerCase() === role.toLowerCase();
}

const FROM_FIRST: Spread = { rank: 0, among: 1, how: "near" };

interface Lanes {
  readonly add: (number: number, task: Task) => void;
  readonly remove: (number: number, task: Task) => void;
  readonly candidates: (claimer: Claimer, spread: Spread) => Iterable<number>;
}

function createLanes(): Lanes {
  /** Reserved tasks by assignee; all others by role ("" = none), and once more by their former owner. */
  const reserved = new Map<string, Lane>();
  const byRole = new Map<string, Lane>();
  const former = new Map<string, Lane>();

  function lanesOf(task: Task): readonly Lane[] {
    if (task.assignee !== undefined) return [laneIn(reserved, task.assignee)];
    const lane = laneIn(byRole, task.role ?? "");
    return task.previousOwner === undefined ? [lane] : [lane, laneIn(former, task.previousOwner)];
  }

  function* candidates({ name, role }: Claimer, spread: Spread): Generator<number> {
    for (const own of [reserved, former]) {
      const lane = own.get(name.toLowerCase());
      if (lane) yield* inOrder([lane], FROM_FIRST);
    }
    yield* inOrder(shared(name, role), spread);
  }

  function shared(name: Party, role: Role | undefined): readonly Lane[] {
    if (name === "user") return [...byRole.values()];
    const keys = role === undefined ? [""] : ["", role.toLowerCase()];
    return keys.flatMap((key) => byRole.get(key) ?? []);
  }

  return {
    add: (number, task) => {
      for (const lane of lanesOf(task)) lane.add(number, task.priority);
    },
    remove: (number, task) => {
      for (const lane of lanesOf(task)) lane.remove(number, task.priority);
    },
    candidates,
  };
}

function laneIn(lanes: Map<string, Lane>, name: string): Lane {
  const key = name.toLowerCase();
  const known = lanes.get(key);
  if (known) return known;
  const lane = createLane();
  lanes.set(key, lane);
  return lane;
}
