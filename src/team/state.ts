import type { MemberDefinition, TeamSettings } from "../protocol/entries.ts";
import type { EntryId, InstanceId, MemberName, Party, Role, TaskId, TeamName } from "../protocol/names.ts";

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
  /** What the last completion said; stays through a reopen, for whoever repairs it. */
  readonly result?: string | undefined;
  readonly notes: readonly TaskNote[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Accepted entries about this task. */
  readonly version: number;
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
  /** Lives after the first. */
  readonly restarts: number;
  /** Asked to end by an entry behind its last start. */
  readonly stopping: boolean;
  /** Does nothing until it is resumed; over restarts. */
  readonly paused?: boolean;
  /** Chosen after it joined, in place of its definition's. */
  readonly model?: string;
}

export interface Lease {
  readonly id: EntryId;
  readonly instance: InstanceId;
  readonly pid: number;
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
  /** The whole team is asked to end; cleared by the next lease. */
  readonly stopping: boolean;
  readonly report?: { readonly at: string; readonly by: string; readonly text: string };
  readonly closed: boolean;
}

/** The fold of the journal. Read only outside `team/fold.ts`, which alone changes it in place. */
export interface TeamState {
  /** Undefined before the first entry. */
  readonly team: TeamFacts | undefined;
  readonly tasks: ReadonlyMap<TaskId, Task>;
  /** By name in lower case. Who left stays: a name is not used again. */
  readonly members: ReadonlyMap<string, Member>;
}

/** What an accepted entry changes: whole records that replace those of the same key. */
export interface Change {
  readonly team?: TeamFacts;
  readonly tasks?: readonly Task[];
  readonly members?: readonly Member[];
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
  /** Nothing is left that this party may claim now. */
  | { readonly kind: "none_claimable" }
  | { readonly kind: "unknown_recipients"; readonly recipients: readonly UnknownRecipient[] }
  | { readonly kind: "too_large"; readonly bytes: number; readonly limit: number }
  | { readonly kind: "empty"; readonly what: "text" | "recipients" };

/** An address that reaches nobody, and the names that look most like it. */
export interface UnknownRecipient {
  readonly name: string;
  readonly nearest: readonly string[];
}

export type Verdict =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly reason: Refusal };
