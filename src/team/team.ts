import type { Host } from "../base/host.ts";
import type { Entry, EntryDraft } from "../protocol/entries.ts";
import type { Message } from "../protocol/message.ts";
import type { Actor, EntryId, InstanceId, Party, Position, TaskId, TeamName } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import type { Refusal, TeamState, Verdict } from "./state.ts";
import type { TaskIndex } from "./task-index.ts";

/** An entry as it was folded: accepted with what it changed, or void with the reason. */
export interface Folded {
  readonly entry: Entry;
  readonly at: Position;
  readonly verdict: Verdict;
}

/** What became of a committed entry at its position: the same answer in every process. */
export type Outcome =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly reason: Refusal };

/** A message before `post` gives it version, id and time. One of `text` and `body`. */
export interface MessageDraft {
  readonly from: Actor;
  readonly instance?: InstanceId | undefined;
  readonly to: Party;
  readonly kind: Message["kind"];
  readonly text?: string | undefined;
  readonly body?: string | undefined;
  readonly task?: TaskId | undefined;
  readonly re?: EntryId | undefined;
  readonly trace?: Message["trace"];
  readonly urgent?: boolean | undefined;
  readonly via?: string | undefined;
}

/** One process's view of a team: the fold so far, and the one way to change anything shared. */
export interface Team {
  readonly name: TeamName;
  readonly host: Host;
  readonly store: Store;
  /** The fold so far. Synchronous; read on first when it must be up to date. */
  readonly state: () => TeamState;
  /** Questions about tasks whose cost does not grow with their number. As old or new as `state`. */
  readonly index: TaskIndex;
  /** Reads the journal to its end. Everything new goes to the subscribers, in order, before it returns. */
  readonly readOn: () => Promise<TeamState>;
  /** Asks `accept`, appends, reads on to the own id, answers what `accept` said there. One at a time per process. Throws what `Log.append` and `Log.read` throw. */
  readonly commit: (draft: EntryDraft) => Promise<Outcome>;
  /** Appends to the mailbox of `to`, one message at a time per process, with rising ids. Throws what `Log.append` throws. */
  readonly post: (draft: MessageDraft) => Promise<Message>;
  /** `<instance>.<n>`: one counter for everything this process appends, so that the ids in each log rise. */
  readonly nextId: () => EntryId;
  /** Called for each entry as it is folded. Must not throw. Answers how to stop. */
  readonly subscribe: (listener: (folded: Folded) => void) => () => void;
  readonly close: () => Promise<void>;
}
