import type { Party, Role } from "../protocol/names.ts";
import { createLane, inOrder, type Lane, type Spread } from "./lane.ts";
import type { Task } from "./state.ts";

export interface Claimer {
  readonly name: Party;
  readonly role: Role | undefined;
}

/** What was listed for a former owner may need a role that it does not have. */
function fits(task: Task, { name, role }: Claimer): boolean {
  if (task.role === undefined || name === "user") return true;
  return role !== undefined && task.role.toLowerCase() === role.toLowerCase();
}

const FROM_FIRST: Spread = { rank: 0, among: 1, how: "near" };

/** All claimable tasks, each in the lanes of those who may claim it. */
export interface ClaimLanes {
  /** Puts the task into its lanes, or takes it out of those it was in. */
  readonly list: (task: Task, isClaimable: boolean) => void;
  /** See `TaskIndex.candidates`. */
  readonly candidates: (claimer: Claimer, spread: Spread) => Iterable<Task>;
}

export function createClaimLanes(): ClaimLanes {
  /** By number: the task as it was when it was put in. */
  const listed: (Task | undefined)[] = [];
  /** Reserved tasks by assignee; all others by role ("" = none), and once more by their former owner. */
  const reserved = new Map<string, Lane>();
  const byRole = new Map<string, Lane>();
  const former = new Map<string, Lane>();

  function lanesOf(task: Task): readonly Lane[] {
    if (task.assignee !== undefined) return [laneIn(reserved, task.assignee)];
    const lane = laneIn(byRole, task.role ?? "");
    return task.previousOwner === undefined ? [lane] : [lane, laneIn(former, task.previousOwner)];
  }

  function* numbers({ name, role }: Claimer, spread: Spread): Generator<number> {
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

  function* candidates(claimer: Claimer, spread: Spread): Generator<Task> {
    for (const number of numbers(claimer, spread)) {
      const task = listed[number];
      if (task && fits(task, claimer)) yield task;
    }
  }

  function list(task: Task, isClaimable: boolean): void {
    const number = Number(task.id);
    const before = listed[number];
    if (before) for (const lane of lanesOf(before)) lane.remove(number, before.priority);
    if (isClaimable) for (const lane of lanesOf(task)) lane.add(number, task.priority);
    listed[number] = isClaimable ? task : undefined;
  }

  return { list, candidates };
}

function laneIn(lanes: Map<string, Lane>, name: string): Lane {
  const key = name.toLowerCase();
  const known = lanes.get(key);
  if (known) return known;
  const lane = createLane();
  lanes.set(key, lane);
  return lane;
}
