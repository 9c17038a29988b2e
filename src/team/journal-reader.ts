import { TroupeError } from "../base/errors.ts";
import type { Position } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import { FOLD_VERSION, type Fold, isSavedFold, openFold } from "./fold.ts";
import { createShared } from "./queue.ts";
import type { TeamState } from "./state.ts";
import type { Folded } from "./team.ts";

/** Entries between two snapshots of a team with few tasks, and at most. */
export const SNAPSHOT_LEAST = 1_000;
const SNAPSHOT_MOST = 5_000;

/** As many entries as there are tasks, in thousands: what a snapshot costs grows with them. */
export function snapshotEvery({ tasks }: TeamState): number {
  const thousands = Math.max(1, Math.ceil(tasks.size / SNAPSHOT_LEAST));
  return Math.min(SNAPSHOT_MOST, thousands * SNAPSHOT_LEAST);
}

export interface JournalReader {
  readonly fold: Fold;
  /** Folds everything up to the end that the journal had at the time of the call, or later. */
  readonly readOn: () => Promise<void>;
  readonly subscribe: (listener: (folded: Folded) => void) => () => void;
  /** Writes the fold so far as a snapshot. Throws what the store throws. */
  readonly saveSnapshot: () => Promise<void>;
  /** Why reading has stopped for good: nothing may be appended on a state that cannot follow. */
  readonly stoppedBy: () => TroupeError | undefined;
}

/** Starts from the newest snapshot that can be trusted, or from the first entry. Reads nothing yet. */
export async function openJournalReader(store: Store): Promise<JournalReader> {
  const { journal } = store;
  const snapshot = await store.snapshot.load(FOLD_VERSION);
  const saved = snapshot && isSavedFold(snapshot.state) ? snapshot.state : undefined;
  const fold = openFold(saved);
  const listeners = new Set<(folded: Folded) => void>();
  let position = snapshot && saved ? snapshot.position : await journal.start();
  /** Where the last entry ends, and its id: what a snapshot is checked by. */
  let last = snapshot && saved ? { position, id: snapshot.lastId } : undefined;
  let stopped: TroupeError | undefined;

  async function readToEnd(): Promise<void> {
    if (stopped) throw stopped;
    try {
      while (!(await readChunk()));
    } catch (error) {
      if (isFinal(error)) stopped = error;
      throw error;
    }
  }

  /** True at the end. */
  async function readChunk(): Promise<boolean> {
    const { entries, next, atEnd } = await journal.read(position);
    for (const { entry, at } of entries) {
      last = { position: at, id: entry.id };
      foldOne(entry, at);
    }
    position = next;
    return atEnd;
  }

  function foldOne(entry: Folded["entry"], at: Position): void {
    const verdict = fold.add(entry);
    if (!verdict) return;
    for (const listener of listeners) listener({ entry, at, verdict });
  }

  return {
    fold,
    readOn: createShared(readToEnd),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saveSnapshot: async () => {
      if (!last) return;
      await store.snapshot.save({
        fold: FOLD_VERSION,
        position: last.position,
        lastId: last.id,
        state: fold.save(),
      });
    },
    stoppedBy: () => stopped,
  };
}

/** A damaged journal and one of a newer version do not mend by reading again. */
function isFinal(error: unknown): error is TroupeError {
  return error instanceof TroupeError && (error.code === "journal_damaged" || error.code === "newer_format");
}
