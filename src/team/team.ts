import type { Host } from "../base/host.ts";
import type { Entry, EntryDraft } from "../protocol/entries.ts";
import type { Position, TeamName } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import type { Refusal, TeamState, Verdict } from "./state.ts";

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

/** One process's view of a team: the fold so far, and the one way to change anything shared. */
export interface Team {
  readonly name: TeamName;
  readonly host: Host;
  readonly store: Store;
  /** The fold so far. Synchronous; read on first when it must be up to date. */
  readonly state: () => TeamState;
  /** Reads the journal to its end. Everything new goes to the subscribers, in order, before it returns. */
  readonly readOn: () => Promise<TeamState>;
  /** Asks `accept`, appends, reads on to the own id, answers what `accept` said there. One at a time per process. Throws what `Log.append` and `Log.read` throw. */
  readonly commit: (draft: EntryDraft) => Promise<Outcome>;
  /** Called for each entry as it is folded. Must not throw. Answers how to stop. */
  readonly subscribe: (listener: (folded: Folded) => void) => () => void;
  readonly close: () => Promise<void>;
}
