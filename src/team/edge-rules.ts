import type { EntryOf } from "../protocol/entries.ts";
import type { TaskId } from "../protocol/names.ts";
import type { TeamState, Verdict } from "./state.ts";
import { accepted, changed, isRefused, type Refused, refuse, taskOf } from "./verdicts.ts";

/** Adds edges; those that are there already stay. */
export function block(state: TeamState, entry: EntryOf<"block">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  if (task.status === "completed") return refuse({ kind: "bad_status", task: task.id, status: task.status });
  const obstacle = whyNotBlocked(state, task.id, entry.on);
  if (obstacle) return obstacle;
  const blockedBy = [...new Set([...task.blockedBy, ...entry.on])];
  return accepted({ tasks: [changed(task, entry, { blockedBy })] });
}

export function unblock(state: TeamState, entry: EntryOf<"unblock">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  const known = new Set(task.blockedBy);
  const missing = entry.on.filter((id) => !known.has(id));
  if (missing.length > 0) return refuse({ kind: "missing", tasks: missing });
  const gone = new Set(entry.on);
  const blockedBy = task.blockedBy.filter((id) => !gone.has(id));
  return accepted({ tasks: [changed(task, entry, { blockedBy })] });
}

/** Blockers must exist, and nobody may wait for itself, at whatever distance. */
export function whyNotBlocked(
  state: TeamState,
  task: TaskId,
  blockers: readonly TaskId[],
): Refused | undefined {
  if (blockers.includes(task)) return refuse({ kind: "cycle", through: [task, task] });
  const missing = blockers.filter((id) => isRefused(taskOf(state, id)));
  if (missing.length > 0) return refuse({ kind: "missing", tasks: missing });
  const through = wayTo(state, task, blockers);
  return through ? refuse({ kind: "cycle", through: [task, ...through] }) : undefined;
}

/**
 * The blockers from one of `starts` to `goal`, or undefined when none leads there. Completed tasks count: one that is
 * reopened must not close a circle. Walks with a list, since chains may be long, and sees each task once.
 */
function wayTo(state: TeamState, goal: TaskId, starts: readonly TaskId[]): readonly TaskId[] | undefined {
  // A new task cannot be reached: nothing names it yet.
  if (!state.tasks.has(goal)) return undefined;
  const cameFrom = new Map<TaskId, TaskId | undefined>(starts.map((id) => [id, undefined]));
  const left = [...starts];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === goal) return wayBack(cameFrom, goal);
    const task = state.tasks.get(id);
    if (!task || task.status === "deleted") continue;
    for (const next of task.blockedBy) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, id);
      left.push(next);
    }
  }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<TaskId, TaskId | undefined>, goal: TaskId): readonly TaskId[] {
  const way: TaskId[] = [];
  for (let id: TaskId | undefined = goal; id !== undefined; id = cameFrom.get(id)) way.unshift(id);
  return way;
}
