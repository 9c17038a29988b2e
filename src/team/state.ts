import type { Budget } from "../protocol/budget.ts";
import type { MemberDefinition, TeamSettings, VerifySettings } from "../protocol/entries.ts";
import type {
  Actor,
  EntryId,
  InstanceId,
  MemberName,
  Party,
  Role,
  TaskId,
  TeamName,
} from "../protocol/names.ts";
import type { ApprovalKind, PermissionMode, Plan } from "../protocol/permissions.ts";

/**
 * pending: nobody works on it (it may still be blocked or held: derived). in_progress: `owner` holds `claim`.
 * review: done by `previousOwner`, waits for somebody else's verdict. completed: stays so unless reopened.
 * failed: its owner gave up with a reason; the lead or the user reopens it. deleted: keeps its number, counts for nothing.
 */
export type TaskStatus = "pending" | "in_progress" | "review" | "completed" | "failed" | "deleted";

export interface TaskNote {
  readonly at: string;
  readonly by: string;
  readonly text: string;
}

export interface Task {
  readonly id: TaskId;
  readonly subject: string;
  readonly description: string;
  readonly activeForm?: string | undefined;
  readonly status: TaskStatus;
  readonly owner?: Party | undefined;
  /** The fencing token: the id of the claim that `owner` holds. Only with `owner`. */
  readonly claim?: EntryId | undefined;
  /** Only this party may claim it. */
  readonly assignee?: Party | undefined;
  readonly role?: Role | undefined;
  /** Larger comes first; 0 unless given. */
  readonly priority: number;
  readonly parent?: TaskId | undefined;
  /** The only truth about edges; what a task blocks is derived. */
  readonly blockedBy: readonly TaskId[];
  /** Claims accepted so far. */
  readonly attempts: number;
  /** Owners that died over it since it was created or reopened; at `DEATHS_HELD` it is held. */
  readonly deaths: number;
  /** Who had it last: its worker once it is done, in review, failed or given back. */
  readonly previousOwner?: Party | undefined;
  /** Has to pass before it counts as done. */
  readonly verify?: TaskVerify | undefined;
  /** Commands that passed before its last completion. */
  readonly verified?: readonly string[] | undefined;
  /** What the last completion said; stays through a reopen, for whoever repairs it. */
  readonly result?: string | undefined;
  readonly notes: readonly TaskNote[];
  /** The last plan that was submitted for it. */
  readonly plan?: TaskPlan | undefined;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Accepted entries about this task. */
  readonly version: number;
}

/** `by`: who wrote the command. What a member wrote, others run only with rights of their own. */
export interface TaskVerify extends VerifySettings {
  readonly by: Actor;
}

export interface TaskPlan {
  readonly by: MemberName;
  readonly version: number;
  /** The question that carries its text; undefined when the task was reopened or has passed through other hands since. */
  readonly ask?: EntryId | undefined;
  /** Undefined while nobody has answered. Only with `ask`. */
  readonly verdict?: "allow" | "deny" | undefined;
  /** What whoever allowed it lets its author do from then on. */
  readonly mode?: PermissionMode | undefined;
}

/** A task that this many owners died over is poisoned: held until the lead or the user reopens it. */
export const DEATHS_HELD = 3;

export interface Member {
  readonly name: MemberName;
  readonly role?: Role;
  readonly lead: boolean;
  /** child: troupe starts its process. hand: it joined by itself and has no process of ours; never proven dead. */
  readonly backend: "child" | "hand";
  readonly definition: MemberDefinition;
  readonly joinedAt: string;
  readonly left?: { readonly at: string; readonly reason?: string };
  /** The last process that was started for it. */
  readonly life?: {
    readonly instance: InstanceId;
    readonly startedAt: string;
    readonly ended?: {
      readonly at: string;
      readonly how: "stopped" | "died" | "failed";
      readonly detail?: string;
    };
  };
  /** The processes before it, oldest first: what they wrote is the member's. */
  readonly lives?: readonly InstanceId[];
  /** Lives after the first. */
  readonly restarts: number;
  /** Asked to end by an entry behind its last start. */
  readonly stopping: boolean;
  /** Does nothing until it is resumed; over restarts. */
  readonly paused?: boolean;
  /** Chosen after it joined, in place of its definition's. */
  readonly model?: string;
  readonly mode?: PermissionMode;
  /** Its limits; absent: those of its definition. */
  readonly budget?: Budget;
  readonly told?: Told;
  /** How long it had a process. */
  readonly ran?: Ran;
}

/** Which part of the limits that hold now people were told is used, in percent. */
export type Told = 80 | 100;

/** When something ran, ISO 8601 UTC. By the clocks of those who wrote the entries: for people and budgets, no rule reads it. */
export interface Ran {
  readonly stretches: readonly (readonly [from: string, to: string])[];
  /** It runs since then. */
  readonly since?: string;
}

export interface Lease {
  readonly id: EntryId;
  readonly instance: InstanceId;
  readonly pid: number;
  readonly at: string;
  /** How long a question waits for an answer, in ms; absent = as long as it takes. */
  readonly answerWithinMs?: number;
}

/** The last word on one key of a model server; see the entry `backoff`. */
export interface Backoff {
  readonly key: string;
  readonly until: string;
  /** When that was written. */
  readonly at: string;
}

export interface TeamFacts {
  readonly name: TeamName;
  readonly instance: InstanceId;
  readonly dir: string;
  readonly goal?: string;
  readonly settings: TeamSettings;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lease?: Lease;
  /** The instances of the leases before it, oldest first. */
  readonly supervisors?: readonly InstanceId[];
  /** Questions asked so far: the number of the last one. */
  readonly asked?: number;
  /** The whole team is asked to end; cleared by the next lease. */
  readonly stopping: boolean;
  readonly report?: { readonly at: string; readonly by: string; readonly text: string };
  readonly closed: boolean;
  /** One for each key, the latest last; of `BACKOFFS_KEPT` keys. */
  readonly backoffs?: readonly Backoff[];
  /** Its limits; absent: those of its settings. */
  readonly budget?: Budget;
  readonly told?: Told;
  /** How long it had a supervisor. */
  readonly ran?: Ran;
}

/**
 * A question of a member to a person. open: without `answer` and `settled`. answered: the asker has not used it yet.
 * settled: nobody waits for it any more; its input and the text of its plan are then only in the journal.
 */
export interface Approval {
  readonly id: EntryId;
  /** 1 for the team's first question, without gaps: people say `a_1`. */
  readonly number: number;
  readonly kind: ApprovalKind;
  readonly by: MemberName;
  readonly at: string;
  readonly task?: TaskId;
  readonly tool?: string;
  readonly input?: unknown;
  readonly body?: string;
  readonly digest: string;
  /** Of what is shown, when secrets in it are hidden. */
  readonly shown?: string;
  readonly summary: string;
  readonly reason?: string;
  readonly rule?: string;
  readonly plan?: Plan;
  readonly sub?: string;
  readonly answer?: ApprovalAnswer;
  readonly settled?: { readonly at: string; readonly how: "used" | "withdrawn" };
}

export interface ApprovalAnswer {
  readonly at: string;
  readonly by: Actor;
  readonly verdict: "allow" | "deny";
  readonly note?: string;
  readonly always?: string;
  readonly mode?: PermissionMode;
}

/** The fold of the journal. Read only outside `team/fold.ts`, which alone changes it in place. */
export interface TeamState {
  /** Undefined before the first entry. */
  readonly team: TeamFacts | undefined;
  readonly tasks: ReadonlyMap<TaskId, Task>;
  /** By name in lower case. Who left stays: a name is not used again. */
  readonly members: ReadonlyMap<string, Member>;
  /** Everything open or answered and not yet used, and the last `SETTLED_KEPT` that were settled, in the order of their last change. */
  readonly approvals: ReadonlyMap<EntryId, Approval>;
}

/** A team uses one key, or a few; whoever makes up keys pushes out none but old ones. */
export const BACKOFFS_KEPT = 16;

/** So many settled questions are remembered, for "already answered by". */
export const SETTLED_KEPT = 200;

/** What an accepted entry changes: whole records that replace those of the same key. */
export interface Change {
  readonly team?: TeamFacts;
  readonly tasks?: readonly Task[];
  readonly members?: readonly Member[];
  readonly approvals?: readonly Approval[];
}

/** Why an entry does not count. Expected, a value, never thrown. */
export type Refusal =
  | { readonly kind: "no_team" }
  | { readonly kind: "team_exists" }
  | { readonly kind: "closed" }
  | { readonly kind: "not_found"; readonly task: TaskId }
  | { readonly kind: "number_taken"; readonly task: TaskId; readonly next: TaskId }
  | { readonly kind: "missing"; readonly tasks: readonly TaskId[] }
  | { readonly kind: "cycle"; readonly through: readonly TaskId[] }
  | { readonly kind: "taken"; readonly task: TaskId; readonly by: Party }
  | { readonly kind: "blocked"; readonly task: TaskId; readonly by: readonly TaskId[] }
  | { readonly kind: "held"; readonly task: TaskId; readonly deaths: number }
  | { readonly kind: "assigned"; readonly task: TaskId; readonly to: Party }
  | { readonly kind: "wrong_role"; readonly task: TaskId; readonly role: Role }
  /** The entry names a claim that is no longer the task's: somebody else has it, or nobody. */
  | { readonly kind: "not_owner"; readonly task: TaskId; readonly owner: Party | undefined }
  | { readonly kind: "bad_status"; readonly task: TaskId; readonly status: TaskStatus }
  | { readonly kind: "not_allowed"; readonly who: string; readonly what: string }
  | { readonly kind: "unknown_member"; readonly name: string; readonly nearest: readonly string[] }
  | { readonly kind: "name_taken"; readonly name: string }
  | { readonly kind: "supervised"; readonly lease: Lease }
  | { readonly kind: "open_tasks"; readonly tasks: readonly TaskId[] }
  /** There is a lead already. */
  | { readonly kind: "led"; readonly by: MemberName }
  /** The entry names a life or a lease that is not, or no longer, the current one. */
  | { readonly kind: "stale"; readonly what: "life" | "lease"; readonly named: string }
  /** No question of this id is known: there never was one, or it was settled long ago. */
  | { readonly kind: "unknown_approval"; readonly ask: EntryId }
  /** Somebody was first. */
  | {
      readonly kind: "already_answered";
      readonly ask: EntryId;
      readonly number: number;
      readonly answer: ApprovalAnswer;
    }
  /** Nobody waits for an answer any more; or, for the asker, it was used before. */
  | { readonly kind: "settled"; readonly number: number; readonly how: "used" | "withdrawn" }
  /** What was answered is not what was asked. */
  | { readonly kind: "other_digest"; readonly number: number }
  | { readonly kind: "unanswered"; readonly number: number }
  /** The number of a plan is not the one behind the last. */
  | { readonly kind: "plan_version"; readonly task: TaskId; readonly next: number }
  /** Whoever was asked before said no; no entry was appended. */
  | { readonly kind: "vetoed"; readonly why: string }
  /** Nothing is said: no limit, or nothing that was not said before. */
  | { readonly kind: "no_news"; readonly what: "budget" }
  /** Nothing is left that this party may claim now. */
  | { readonly kind: "none_claimable" }
  | { readonly kind: "unknown_recipients"; readonly recipients: readonly UnknownRecipient[] }
  | { readonly kind: "too_large"; readonly bytes: number; readonly limit: number }
  | { readonly kind: "empty"; readonly what: "text" | "recipients" }
  /** Decided before anything is written, by the writer's own process: no rule gives it. */
  | {
      readonly kind: "too_many";
      readonly what: "pair" | "sender" | "hops" | "exchange" | "broadcast" | "unread" | "entries";
      readonly limit: number;
      /** Whom it is about. */
      readonly to?: readonly string[];
      /** When there is room again, in ms; absent: no waiting helps. */
      readonly againInMs?: number;
    };

/** An address that reaches nobody, and the names that look most like it. */
export interface UnknownRecipient {
  readonly name: string;
  readonly nearest: readonly string[];
}

export type Verdict =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly reason: Refusal };
