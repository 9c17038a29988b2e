import type { Entry } from "../protocol/entries.ts";
import { type Actor, type Party, type Role, sameName, type TaskId } from "../protocol/names.ts";
import { isLead, nearestNames, presentMember, presentMembers } from "./derive.ts";
import type { Change, Refusal, Task, TaskNote, TeamState, Verdict } from "./state.ts";

export type Refused = Extract<Verdict, { ok: false }>;

export function accepted(change: Change): Verdict {
  return { ok: true, change };
}

export function refuse(reason: Refusal): Refused {
  return { ok: false, reason };
}

/** A task that an entry may speak about, or why not: deleted ones count for nothing. */
export function taskOf(state: TeamState, id: TaskId): Task | Refused {
  const task = state.tasks.get(id);
  return task === undefined || task.status === "deleted" ? refuse({ kind: "not_found", task: id }) : task;
}

export function isRefused(found: object): found is Refused {
  return "ok" in found;
}

/** A task as it is after an accepted entry about it. */
export function changed(task: Task, entry: Entry, fields: Partial<Task>): Task {
  return Object.assign(copyOf(task, entry), fields);
}

/** The same for a task that loses its owner with this entry. */
export function freed(task: Task, entry: Entry, fields: Partial<Task>): Task {
  const copy = copyOf(task, entry);
  copy.previousOwner = task.owner ?? task.previousOwner;
  copy.owner = undefined;
  copy.claim = undefined;
  return Object.assign(copy, fields);
}

type Copy = { -readonly [Field in keyof Required<Task>]: Task[Field] };

/** Every field in its place, absent ones too: all tasks have one shape, and copying one costs a quarter of a spread. */
function copyOf(task: Task, entry: Entry): Copy {
  return {
    id: task.id,
    subject: task.subject,
    description: task.description,
    activeForm: task.activeForm,
    status: task.status,
    owner: task.owner,
    claim: task.claim,
    assignee: task.assignee,
    role: task.role,
    priority: task.priority,
    parent: task.parent,
    blockedBy: task.blockedBy,
    attempts: task.attempts,
    deaths: task.deaths,
    previousOwner: task.previousOwner,
    verify: task.verify,
    verified: task.verified,
    result: task.result,
    notes: task.notes,
    plan: task.plan,
    createdBy: task.createdBy,
    createdAt: task.createdAt,
    updatedAt: entry.at,
    version: task.version + 1,
  };
}

export function noted(task: Task, entry: Entry, text: string | undefined): readonly TaskNote[] {
  return text === undefined ? task.notes : [...task.notes, { at: entry.at, by: entry.by, text }];
}

export function unknownMember(state: TeamState, name: string): Refused {
  const names = presentMembers(state).map((member) => member.name);
  return refuse({ kind: "unknown_member", name, nearest: nearestNames(name, names) });
}

/** Whoever may act at all: the user, troupe itself, and members that have not left. */
export function isKnown(state: TeamState, who: Actor): boolean {
  return who === "user" || who === "system" || presentMember(state, who) !== undefined;
}

/** The user, troupe itself and the lead may do what others may only to their own. */
export function isInCharge(state: TeamState, who: Actor): boolean {
  return who === "user" || who === "system" || isLead(state, who);
}

/** Those in charge, whoever created the task and whoever works on it. */
export function mayEdit(state: TeamState, who: Actor, task: Task): boolean {
  return (
    isInCharge(state, who) ||
    sameName(who, task.createdBy) ||
    (task.owner !== undefined && sameName(who, task.owner))
  );
}

/** The user stands outside of roles. */
export function hasRole(state: TeamState, who: Party, role: Role | undefined): boolean {
  if (role === undefined || who === "user") return true;
  const own = presentMember(state, who)?.role;
  return own !== undefined && sameName(own, role);
}
