import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { type Entry, type EntryDraft, FORMAT_VERSION } from "../protocol/entries.ts";
import { EntryId, type InstanceId } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import { accept } from "./accept.ts";
import { appendSurely, uncertain, type Wait } from "./append-surely.ts";
import type { Fold } from "./fold.ts";
import { type JournalReader, snapshotEvery } from "./journal-reader.ts";
import { createQueue } from "./queue.ts";
import type { Verdict } from "./state.ts";
import type { Outcome } from "./team.ts";

export interface CommitDeps {
  readonly store: Store;
  readonly host: Host;
  readonly reader: JournalReader;
  readonly nextId: () => EntryId;
  readonly wait: Wait;
}

/** The ids of one process: one counter for all its logs, behind what an earlier opening with this instance used. */
export function createIds(instance: InstanceId, used: number): () => EntryId {
  let counter = used;
  return () => EntryId.parse(`${instance}.${++counter}`);
}

export function timeOf(host: Host): string {
  return new Date(host.now()).toISOString();
}

/** The only caller of the journal's `append`. One entry at a time, so that the ids of this process rise in the journal. */
export function createCommit({
  store,
  host,
  reader,
  nextId,
  wait,
}: CommitDeps): (draft: EntryDraft) => Promise<Outcome> {
  const { fold } = reader;
  const inTurn = createQueue();
  let own: EntryId | undefined;
  let answer: Verdict | undefined;
  let isSnapshotDue = false;

  reader.subscribe(({ entry, verdict }) => {
    if (entry.id !== own) return;
    answer = verdict;
    // Whoever wrote the 1,000th entry writes the snapshot: one process of many, without asking the others.
    if (fold.folded() % snapshotEvery(fold.state) === 0) isSnapshotDue = true;
  });

  /** Refuses early, but only on a state that is up to date. */
  async function refusedEarly(entry: Entry): Promise<Outcome | undefined> {
    if (accept(fold.state, entry).ok) return undefined;
    await reader.readOn();
    const verdict = accept(fold.state, entry);
    return verdict.ok ? undefined : verdict;
  }

  /** What `accept` said at the position of the entry that was written, once that was read. */
  async function readAnswer(id: EntryId): Promise<Verdict | undefined> {
    try {
      if (answer === undefined) await reader.readOn();
    } catch (error) {
      if (!(error instanceof TroupeError)) throw error;
      throw uncertain(
        error.code,
        id,
        `it was written, and its answer cannot be read: ${error.message}`,
        error,
      );
    }
    return answer;
  }

  async function append(draft: EntryDraft): Promise<Outcome> {
    const stopped = reader.stoppedBy();
    if (stopped) throw stopped;
    // Version and id in front: a line that was torn still names its writer.
    const entry: Entry = { v: FORMAT_VERSION, id: nextId(), at: timeOf(host), ...draft };
    const early = await refusedEarly(entry);
    if (early) return early;
    own = entry.id;
    answer = undefined;
    await appendSurely(store.journal, entry, () => isProof(fold, () => readAnswer(entry.id)), wait);
    return outcomeOf(entry, await readAnswer(entry.id));
  }

  async function saveSnapshotIfDue(): Promise<void> {
    if (!isSnapshotDue) return;
    isSnapshotDue = false;
    await saveSnapshot(reader);
  }

  return (draft) =>
    inTurn(async () => {
      const outcome = await append(draft);
      await saveSnapshotIfDue();
      return outcome;
    });
}

/** What is read after a failed sync may go with the power: there only an append that says "done" is proof (C6). */
async function isProof({ state }: Fold, read: () => Promise<Verdict | undefined>): Promise<boolean> {
  return state.team?.settings.durability !== "power" && (await read()) !== undefined;
}

function outcomeOf(entry: Entry, verdict: Verdict | undefined): Outcome {
  if (!verdict)
    throw new TroupeError("journal_damaged", `entry ${entry.id} was appended and is not in the journal`, {
      hint: "troupe doctor",
      details: { id: entry.id },
    });
  return verdict.ok ? { ok: true, entry } : verdict;
}

/** A snapshot only saves time at the next start: without room for it the team goes on. */
export async function saveSnapshot(reader: JournalReader): Promise<void> {
  try {
    await reader.saveSnapshot();
  } catch (error) {
    const isTrouble = error instanceof TroupeError || isErrno(error, "ENOSPC", "EDQUOT", "EROFS", "EACCES");
    if (!isTrouble) throw error;
  }
}
