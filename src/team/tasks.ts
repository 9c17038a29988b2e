import type { Entry, EntryDraft, Op } from "../protocol/entries.ts";
import { type Actor, type EntryId, type Party, sameName, type TaskId } from "../protocol/names.ts";
import { bestTask } from "./best-task.ts";
import { openFold } from "./fold.ts";
import type { Refusal, Task } from "./state.ts";
import { nextTaskId } from "./task-rules.ts";
import type { Team } from "./team.ts";

/** What became of the task: as it is now, or why the change does not count. */
export type TaskOutcome =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly reason: Refusal };

type DraftOf<O extends EntryDraft["op"]> = Extract<EntryDraft, { op: O }>;
type TaskDraft = Extract<EntryDraft, { task: TaskId }>;

export type NewTask = Omit<DraftOf<"create">, "op" | "by" | "task">;
export type TaskUpdate = Omit<DraftOf<"update">, "op" | "by" | "task">;

async function commitTask(team: Team, draft: TaskDraft): Promise<TaskOutcome> {
  const outcome = await team.commit(draft);
  if (!outcome.ok) return outcome;
  const task = team.state().tasks.get(draft.task);
  return task ? { ok: true, task } : { ok: false, reason: { kind: "not_found", task: draft.task } };
}

/**
 * Takes the next number; when somebody else was faster, the one behind it. `before` is asked with each number, may take
 * its time, and may refuse: the task then never exists, and what it said of another number does not count.
 */
export async function createTask(
  team: Team,
  by: Actor,
  fields: NewTask,
  before?: (task: TaskId) => Promise<Refusal | undefined>,
): Promise<TaskOutcome> {
  await team.readOn();
  for (;;) {
    const task = nextTaskId(team.state());
    const reason = await before?.(task);
    if (reason !== undefined) return { ok: false, reason };
    const outcome = await commitTask(team, { op: "create", by, task, ...fields });
    if (outcome.ok || outcome.reason.kind !== "number_taken") return outcome;
  }
}

export function updateTask(team: Team, by: Actor, task: TaskId, fields: TaskUpdate): Promise<TaskOutcome> {
  return commitTask(team, { op: "update", by, task, ...fields });
}

/** Won is what is still held when it is answered: whoever slept behind its claim may have lost the task meanwhile. */
export async function claimTask(team: Team, by: Party, task: TaskId): Promise<TaskOutcome> {
  const outcome = await team.commit({ op: "claim", by, task });
  if (!outcome.ok) return outcome;
  const now = team.state().tasks.get(task);
  if (now?.claim === outcome.entry.id) return { ok: true, task: now };
  const owner = now?.owner;
  return {
    ok: false,
    reason: owner ? { kind: "taken", task, by: owner } : { kind: "not_owner", task, owner },
  };
}

/**
 * Claims the best task that `by` may have now, or answers `none_claimable`. A claim that lost is followed by the next
 * candidate. Its cost does not grow with the number of tasks.
 */
export async function claimNext(team: Team, by: Party): Promise<TaskOutcome> {
  let isFresh = false;
  for (let tries = 0; ; tries++) {
    const candidate = bestTask(team, by, tries);
    if (candidate === undefined && isFresh) return { ok: false, reason: { kind: "none_claimable" } };
    if (candidate === undefined) {
      await team.readOn();
      isFresh = true;
      continue;
    }
    const outcome = await claimTask(team, by, candidate);
    if (outcome.ok || !isLost(outcome.reason.kind)) return outcome;
    // A refused claim has read on to its own position: what it lost to is no candidate any more.
    isFresh = true;
  }
}

/** Refusals that speak about the task: another one may be free. The others would meet every task alike. */
function isLost(kind: string): boolean {
  const lost = ["taken", "not_owner", "blocked", "held", "assigned", "wrong_role", "bad_status", "not_found"];
  return lost.includes(kind);
}

/** What is kept with a task that is done: what was made and where it lies, and the commands that passed. */
interface Completion {
  readonly result?: string | undefined;
  readonly verified?: readonly string[] | undefined;
}

export function completeTask(
  team: Team,
  by: Party,
  task: TaskId,
  done: string | Completion = {},
): Promise<TaskOutcome> {
  const { result, verified = [] }: Completion = typeof done === "string" ? { result: done } : done;
  const evidence = verified.length === 0 ? {} : { verified: [...verified] };
  return byOwner(team, by, task, (claim) => ({ op: "complete", by, task, claim, result, ...evidence }));
}

export function failTask(team: Team, by: Party, task: TaskId, reason: string): Promise<TaskOutcome> {
  return byOwner(team, by, task, (claim) => ({ op: "fail", by, task, claim, reason }));
}

/** Gives back one's own task; the user and troupe itself give back anybody's. */
export function releaseTask(
  team: Team,
  by: Actor,
  task: TaskId,
  { why = "given_back", note }: { readonly why?: "given_back" | "stopped"; readonly note?: string } = {},
): Promise<TaskOutcome> {
  const owner = by === "user" || by === "system" ? undefined : by;
  return byOwner(team, owner, task, (claim) => ({ op: "release", by, task, claim, why, note }));
}

/**
 * Names the claim that `owner` (anybody when undefined) holds at the moment. When the fold at hand knows none it reads
 * on first: the claim may be another process's of the same member.
 */
async function byOwner(
  team: Team,
  owner: Party | undefined,
  id: TaskId,
  draft: (claim: EntryId) => TaskDraft,
): Promise<TaskOutcome> {
  const known = claimOf(team, owner, id) ?? (await team.readOn(), claimOf(team, owner, id));
  if (known !== undefined) return commitTask(team, draft(known));
  const task = team.state().tasks.get(id);
  const isThere = task !== undefined && task.status !== "deleted";
  const reason: Refusal = isThere
    ? { kind: "not_owner", task: id, owner: task.owner }
    : { kind: "not_found", task: id };
  return { ok: false, reason };
}

function claimOf(team: Team, owner: Party | undefined, id: TaskId): EntryId | undefined {
  const task = team.state().tasks.get(id);
  if (task?.owner === undefined) return undefined;
  return owner === undefined || sameName(task.owner, owner) ? task.claim : undefined;
}

export function reopenTask(team: Team, by: Actor, task: TaskId, note?: string): Promise<TaskOutcome> {
  return commitTask(team, { op: "reopen", by, task, note });
}

/** A verdict on a task in `review`. */
export function reviewTask(
  team: Team,
  by: Actor,
  task: TaskId,
  { verdict, note }: { readonly verdict: "passed" | "returned"; readonly note?: string },
): Promise<TaskOutcome> {
  return commitTask(team, { op: "review", by, task, verdict, note });
}

export function blockTask(team: Team, by: Actor, task: TaskId, on: readonly TaskId[]): Promise<TaskOutcome> {
  return commitTask(team, { op: "block", by, task, on: [...on] });
}

export function unblockTask(
  team: Team,
  by: Actor,
  task: TaskId,
  on: readonly TaskId[],
): Promise<TaskOutcome> {
  return commitTask(team, { op: "unblock", by, task, on: [...on] });
}

/** Reserves a task, or frees it with null. `force` takes it from its owner; the user only. */
export function assignTask(
  team: Team,
  by: Actor,
  task: TaskId,
  { to, force }: { readonly to: Party | null; readonly force?: boolean },
): Promise<TaskOutcome> {
  return commitTask(team, { op: "assign", by, task, to, force });
}

export function deleteTask(
  team: Team,
  by: Actor,
  task: TaskId,
  { force }: { readonly force?: boolean } = {},
): Promise<TaskOutcome> {
  return commitTask(team, { op: "delete", by, task, force });
}

export function noteTask(team: Team, by: Actor, task: TaskId, text: string): Promise<TaskOutcome> {
  return commitTask(team, { op: "note", by, task, text });
}

/** One accepted entry that changed a task. */
export interface HistoryItem {
  /** The task's version after it. */
  readonly version: number;
  readonly at: string;
  readonly by: string;
  /** One word: created, claimed, completed … */
  readonly change: string;
  readonly entry: Entry;
}

/** All that happened to a task, oldest first; folds the journal from its first entry, so it costs a pass over it. */
export async function taskHistory(team: Team, id: TaskId): Promise<readonly HistoryItem[]> {
  const { journal } = team.store;
  const fold = openFold();
  const history: HistoryItem[] = [];
  let position = await journal.start();
  for (let atEnd = false; !atEnd; ) {
    const chunk = await journal.read(position);
    for (const { entry } of chunk.entries) {
      const verdict = fold.add(entry);
      const task = verdict?.ok && verdict.change.tasks?.find((changed) => changed.id === id);
      if (task)
        history.push({ version: task.version, at: entry.at, by: entry.by, change: wordOf(entry), entry });
    }
    position = chunk.next;
    atEnd = chunk.atEnd;
  }
  return history;
}

const WORDS: Partial<Record<Op, string>> = {
  create: "created",
  update: "changed",
  claim: "claimed",
  complete: "completed",
  fail: "failed",
  release: "released",
  reopen: "reopened",
  block: "blocked",
  unblock: "unblocked",
  delete: "deleted",
  note: "noted",
  leave: "released",
  ask: "planned",
};

function wordOf(entry: Entry): string {
  if (entry.op === "review") return entry.verdict;
  if (entry.op === "assign") return entry.to === null ? "unassigned" : "assigned";
  if (entry.op === "answer") return entry.verdict === "allow" ? "approved" : "rejected";
  return WORDS[entry.op] ?? entry.op;
}
