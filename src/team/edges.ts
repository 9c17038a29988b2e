import type { TaskId } from "../protocol/names.ts";
import { isSettled } from "./derive.ts";
import type { Task } from "./state.ts";

/** Who waits for whom, by number, so that a task that is done finds those it frees without looking at the others. */
export interface Edges {
  /** Takes over the blockers of a new or changed task. A deleted one waits for nobody. */
  readonly wire: (before: Task | undefined, after: Task) => void;
  /** The task was settled (true) or is open again (false): answers who waits for it. */
  readonly settle: (task: Task, nowSettled: boolean) => Iterable<number>;
  readonly isBlocked: (task: Task) => boolean;
  readonly dependents: (task: TaskId) => Iterable<number>;
}

/** `tasks` is the fold's own map: it holds `after` when `wire` is called. */
export function createEdges(tasks: ReadonlyMap<TaskId, Task>): Edges {
  /** How many blockers are not settled. */
  const open: number[] = [];
  const waiting: (Set<number> | undefined)[] = [];

  function wire(before: Task | undefined, after: Task): void {
    const number = Number(after.id);
    for (const id of before?.blockedBy ?? []) waiting[Number(id)]?.delete(number);
    const edges = after.status === "deleted" ? [] : after.blockedBy;
    for (const id of edges) waiting[Number(id)] = (waiting[Number(id)] ?? new Set<number>()).add(number);
    open[number] = edges.filter((id) => {
      const blocker = tasks.get(id);
      return blocker !== undefined && !isSettled(blocker);
    }).length;
  }

  function settle(task: Task, nowSettled: boolean): Iterable<number> {
    const dependents = waiting[Number(task.id)] ?? [];
    for (const number of dependents) open[number] = (open[number] ?? 0) + (nowSettled ? -1 : 1);
    return dependents;
  }

  return {
    wire,
    settle,
    isBlocked: (task) => (open[Number(task.id)] ?? 0) > 0,
    dependents: (task) => waiting[Number(task)] ?? [],
  };
}
