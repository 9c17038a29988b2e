import type { EntryOf, VerifySettings } from "../protocol/entries.ts";
import { type Actor, type Party, type Role, sameName, TaskId } from "../protocol/names.ts";
import { withoutReport } from "./claim-rules.ts";
import { isLead, presentMember } from "./derive.ts";
import { whyNotBlocked } from "./edge-rules.ts";
import type { Task, TaskVerify, TeamState, Verdict } from "./state.ts";
import {
  accepted,
  changed,
  freed,
  hasRole,
  isRefused,
  mayEdit,
  noted,
  type Refused,
  refuse,
  taskOf,
  unknownMember,
} from "./verdicts.ts";

/** Numbers without gaps: an entry names the next one, or loses to whoever took it. */
export function create(state: TeamState, entry: EntryOf<"create">): Verdict {
  const next = nextTaskId(state);
  if (entry.task !== next) return refuse({ kind: "number_taken", task: entry.task, next });
  const blockedBy = [...new Set(entry.blockedBy ?? [])];
  const { parent, assignee, role } = entry;
  const obstacle =
    whyNotBlocked(state, entry.task, blockedBy) ??
    whyNotParent(state, entry.task, parent) ??
    whyNotReserved(state, entry.task, assignee, role);
  if (obstacle) return obstacle;
  const to = assignee && spelled(state, assignee);
  return accepted({ tasks: [newTask(entry, blockedBy, to)], ...withoutReport(state) });
}

/** Every field in the order of a copy of it (verdicts.ts), so that all tasks have one shape. */
function newTask(entry: EntryOf<"create">, blockedBy: readonly TaskId[], assignee: Party | undefined): Task {
  return {
    id: entry.task,
    subject: entry.subject,
    description: entry.description ?? "",
    activeForm: entry.activeForm,
    status: "pending",
    owner: undefined,
    claim: undefined,
    assignee,
    role: entry.role,
    priority: entry.priority ?? 0,
    parent: entry.parent,
    blockedBy,
    attempts: 0,
    deaths: 0,
    previousOwner: undefined,
    verify: entry.verify && verifyBy(entry.by, entry.verify),
    verified: undefined,
    result: undefined,
    notes: [],
    createdBy: entry.by,
    createdAt: entry.at,
    updatedAt: entry.at,
    version: 1,
  };
}

/** The party the way it spells its own name. */
function spelled(state: TeamState, party: Party): Party {
  return presentMember(state, party)?.name ?? party;
}

/** The number of the next task. Deleted ones keep theirs. */
export function nextTaskId(state: TeamState): TaskId {
  return TaskId.parse(String(state.tasks.size + 1));
}

function whyNotParent(state: TeamState, task: TaskId, parent: TaskId | undefined): Refused | undefined {
  if (parent === undefined) return undefined;
  const through: TaskId[] = [task];
  for (let above: TaskId | undefined = parent; above !== undefined; ) {
    if (above === task) return refuse({ kind: "cycle", through: [...through, task] });
    const found: Task | undefined = state.tasks.get(above);
    if (above === parent && (found === undefined || found.status === "deleted"))
      return refuse({ kind: "missing", tasks: [parent] });
    through.push(above);
    above = found?.parent;
  }
  return undefined;
}

/** A task reserved for somebody of another role could never be claimed. */
function whyNotReserved(
  state: TeamState,
  task: TaskId,
  assignee: Party | undefined,
  role: Role | undefined,
): Refused | undefined {
  if (assignee === undefined || assignee === "user") return undefined;
  if (!presentMember(state, assignee)) return unknownMember(state, assignee);
  if (role === undefined || hasRole(state, assignee, role)) return undefined;
  return refuse({ kind: "wrong_role", task, role });
}

export function update(state: TeamState, entry: EntryOf<"update">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  if (!mayEdit(state, entry.by, task)) return mayNot(entry.by, "change", task);
  const next = changed(task, entry, {
    subject: entry.subject ?? task.subject,
    description: entry.description ?? task.description,
    priority: entry.priority ?? task.priority,
    activeForm: updated(task.activeForm, entry.activeForm),
    role: updated(task.role, entry.role),
    parent: updated(task.parent, entry.parent),
    verify: updated(task.verify, entry.verify && verifyBy(entry.by, entry.verify)),
  });
  const obstacle =
    whyNotVerified(state, entry, task) ??
    (next.parent === task.parent ? undefined : whyNotParent(state, task.id, next.parent)) ??
    (next.role === task.role ? undefined : whyNotReserved(state, task.id, next.assignee, next.role));
  return obstacle ?? accepted({ tasks: [next] });
}

function verifyBy(by: Actor, { command, timeout }: VerifySettings): TaskVerify {
  return { command, ...(timeout === undefined ? {} : { timeout }), by };
}

/** Whoever has to bring the evidence does not choose it. */
function whyNotVerified(state: TeamState, entry: EntryOf<"update">, task: Task): Refused | undefined {
  const { by, verify } = entry;
  if (verify === undefined || by === "user" || (isLead(state, by) && task.verify?.by !== "user"))
    return undefined;
  const who = task.verify?.by === "user" ? "the user alone" : "the lead or the user";
  return refuse({ kind: "not_allowed", who: by, what: `change what #${task.id} is verified by: ${who} may` });
}

/** Null takes a field away. */
function updated<T>(old: T | undefined, given: T | null | undefined): T | undefined {
  return given === null ? undefined : (given ?? old);
}

function mayNot(who: string, what: string, task: Task): Refused {
  return refuse({
    kind: "not_allowed",
    who,
    what: `${what} #${task.id}: its owner, its creator ${task.createdBy}, the lead or the user may`,
  });
}

export function assign(state: TeamState, entry: EntryOf<"assign">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  const to = entry.to ?? undefined;
  const obstacle =
    whyNotForced(entry) ??
    whyNotAssigned(state, entry, task) ??
    whyNotReserved(state, task.id, to, task.role);
  if (obstacle) return obstacle;
  const loser = loserOf(task, to);
  if (loser !== undefined && !entry.force) return refuse({ kind: "taken", task: task.id, by: loser });
  const assignee = to && spelled(state, to);
  const next =
    loser === undefined
      ? changed(task, entry, { assignee })
      : freed(task, entry, { status: "pending", assignee });
  return accepted({ tasks: [next] });
}

function whyNotAssigned(state: TeamState, { by }: EntryOf<"assign">, task: Task): Refused | undefined {
  if (!mayEdit(state, by, task)) return mayNot(by, "assign", task);
  if (task.status !== "completed") return undefined;
  return refuse({ kind: "bad_status", task: task.id, status: task.status });
}

/** The owner, unless the task is reserved for the owner itself. */
function loserOf({ owner }: Task, to: Party | undefined): Party | undefined {
  return owner !== undefined && to !== undefined && sameName(owner, to) ? undefined : owner;
}

function whyNotForced({ by, force }: EntryOf<"assign"> | EntryOf<"delete">): Refused | undefined {
  if (!force || by === "user") return undefined;
  return refuse({ kind: "not_allowed", who: by, what: "use force: only the user may" });
}

/** The number stays taken and the history stays; the task counts for nothing. */
export function remove(state: TeamState, entry: EntryOf<"delete">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  const obstacle = whyNotForced(entry);
  if (obstacle) return obstacle;
  // Whoever works on a task does not make it vanish: it completes it, fails it or gives it back.
  const { owner: _, ...unowned } = task;
  if (!mayEdit(state, entry.by, unowned)) return mayNot(entry.by, "delete", task);
  if (task.owner !== undefined && !entry.force)
    return refuse({ kind: "taken", task: task.id, by: task.owner });
  return accepted({ tasks: [freed(task, entry, { status: "deleted" })] });
}

export function note(state: TeamState, entry: EntryOf<"note">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  return accepted({ tasks: [changed(task, entry, { notes: noted(task, entry, entry.text) })] });
}
