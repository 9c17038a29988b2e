import type { EntryOf } from "../protocol/entries.ts";
import { type Actor, type EntryId, sameName, type TaskId } from "../protocol/names.ts";
import { isHeld, isLead, openBlockers, presentMember } from "./derive.ts";
import type { Task, TaskPlan, TeamFacts, TeamState, Verdict } from "./state.ts";
import {
  accepted,
  changed,
  freed,
  hasRole,
  isRefused,
  noted,
  type Refused,
  refuse,
  taskOf,
  unknownMember,
} from "./verdicts.ts";

/** The first valid claim in the journal wins; its id is the fencing token of everything the owner says later. */
export function claim(state: TeamState, entry: EntryOf<"claim">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  const { by } = entry;
  if (by === "system") return refuse({ kind: "not_allowed", who: by, what: "claim a task" });
  if (by !== "user" && !presentMember(state, by)) return unknownMember(state, by);
  const obstacle = whyNotClaimable(state, task);
  if (obstacle) return obstacle;
  if (task.assignee !== undefined && !sameName(task.assignee, by))
    return refuse({ kind: "assigned", task: task.id, to: task.assignee });
  if (task.role !== undefined && !hasRole(state, by, task.role))
    return refuse({ kind: "wrong_role", task: task.id, role: task.role });
  const owned = { status: "in_progress", owner: by, claim: entry.id, attempts: task.attempts + 1 } as const;
  const { plan } = task;
  const next = plan && !sameName(plan.by, by) ? { ...owned, plan: formerPlan(plan) } : owned;
  return accepted({ tasks: [changed(task, entry, next)] });
}

/** A plan that nobody's answer opens any more: its number is all that counts. */
function formerPlan({ by, version }: TaskPlan): TaskPlan {
  return { by, version };
}

/** What keeps everybody from claiming it. */
function whyNotClaimable(state: TeamState, task: Task): Refused | undefined {
  if (task.owner !== undefined) return refuse({ kind: "taken", task: task.id, by: task.owner });
  if (task.status !== "pending") return refuse({ kind: "bad_status", task: task.id, status: task.status });
  if (isHeld(task)) return refuse({ kind: "held", task: task.id, deaths: task.deaths });
  if (task.blockedBy.length === 0) return undefined;
  const by = openBlockers(state, task);
  return by.length > 0 ? refuse({ kind: "blocked", task: task.id, by }) : undefined;
}

/** The task if `claim` is its current one: whoever slept through the loss of its task is told here. */
function ownedTask(state: TeamState, id: TaskId, claimId: EntryId): Task | Refused {
  const task = taskOf(state, id);
  if (isRefused(task) || task.claim === claimId) return task;
  return refuse({ kind: "not_owner", task: id, owner: task.owner });
}

function isOwner(task: Task, who: Actor): boolean {
  return task.owner !== undefined && sameName(task.owner, who);
}

function notOwner(task: Task): Refused {
  return refuse({ kind: "not_owner", task: task.id, owner: task.owner });
}

export function complete(state: TeamState, entry: EntryOf<"complete">): Verdict {
  const task = ownedTask(state, entry.task, entry.claim);
  if (isRefused(task)) return task;
  if (!isOwner(task, entry.by)) return notOwner(task);
  const status = state.team?.settings.review ? "review" : "completed";
  const result = entry.result === undefined ? {} : { result: entry.result };
  return accepted({ tasks: [freed(task, entry, { status, verified: entry.verified, ...result })] });
}

export function fail(state: TeamState, entry: EntryOf<"fail">): Verdict {
  const task = ownedTask(state, entry.task, entry.claim);
  if (isRefused(task)) return task;
  if (!isOwner(task, entry.by)) return notOwner(task);
  const notes = noted(task, entry, entry.reason);
  return accepted({ tasks: [freed(task, entry, { status: "failed", notes })] });
}

/** Anybody may say that the owner died, with evidence of its own: a wrong one is fenced like a right one. */
export function release(state: TeamState, entry: EntryOf<"release">): Verdict {
  const task = ownedTask(state, entry.task, entry.claim);
  if (isRefused(task)) return task;
  const { by, why } = entry;
  const isTheirs = isOwner(task, by) || by === "user" || by === "system";
  if (why !== "died" && !isTheirs)
    return refuse({ kind: "not_allowed", who: by, what: `give back #${task.id}, which ${task.owner} has` });
  const deaths = task.deaths + (why === "died" ? 1 : 0);
  const notes = noted(task, entry, entry.note);
  return accepted({ tasks: [freed(task, entry, { status: "pending", deaths, notes })] });
}

const REOPENED: ReadonlySet<Task["status"]> = new Set(["completed", "failed", "review"]);

export function reopen(state: TeamState, entry: EntryOf<"reopen">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  if (entry.by !== "user" && !isLead(state, entry.by))
    return refuse({
      kind: "not_allowed",
      who: entry.by,
      what: `reopen #${task.id}: the lead or the user may`,
    });
  if (!REOPENED.has(task.status) && !isHeld(task))
    return refuse({ kind: "bad_status", task: task.id, status: task.status });
  const notes = noted(task, entry, entry.note);
  const plan = task.plan && formerPlan(task.plan);
  const tasks = [changed(task, entry, { status: "pending", deaths: 0, notes, plan })];
  return accepted({ tasks, ...withoutReport(state) });
}

/** Work that is open again takes back the lead's word that the goal is reached. */
export function withoutReport({ team }: TeamState): { readonly team?: TeamFacts } {
  if (!team?.report) return {};
  const { report: _, ...rest } = team;
  return { team: rest };
}

export function review(state: TeamState, entry: EntryOf<"review">): Verdict {
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  if (task.status !== "review") return refuse({ kind: "bad_status", task: task.id, status: task.status });
  if (task.previousOwner !== undefined && sameName(task.previousOwner, entry.by))
    return refuse({ kind: "not_allowed", who: entry.by, what: `review #${task.id}, its own work` });
  const status = entry.verdict === "passed" ? "completed" : "pending";
  return accepted({ tasks: [changed(task, entry, { status, notes: noted(task, entry, entry.note) })] });
}
