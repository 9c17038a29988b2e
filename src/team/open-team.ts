import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { FORMAT_VERSION } from "../protocol/entries.ts";
import type { Message } from "../protocol/message.ts";
import type { InstanceId } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import { appendSurely, type Wait } from "./append-surely.ts";
import { createCommit, createIds, saveSnapshot, timeOf } from "./commit.ts";
import { createEntryQuota } from "./entry-quota.ts";
import { openJournalReader, snapshotEvery } from "./journal-reader.ts";
import { createQueue } from "./queue.ts";
import type { MessageDraft, Team } from "./team.ts";

/**
 * One process's view of the team in `store`, read to its end. `instance` is this opening's own: ids are made of it, and
 * two openings at once with one instance would take each other's ids. Throws what `Log.read` throws, and
 * `journal_damaged` when the journal does not begin with a team. `wait` lets time pass between the tries of an uncertain
 * append.
 */
export async function openTeam(
  store: Store,
  host: Host,
  instance: InstanceId,
  wait: Wait = pause,
): Promise<Team> {
  const reader = await openJournalReader(store);
  const { fold } = reader;
  const quota = createEntryQuota(host.now);
  reader.subscribe(({ entry }) => quota.saw(entry));
  const before = fold.folded();
  await reader.readOn();
  const facts = fold.state.team;
  if (!facts)
    throw new TroupeError("journal_damaged", "the journal does not begin with a team entry", {
      hint: "troupe doctor",
    });
  if (fold.folded() - before >= snapshotEvery(fold.state)) await saveSnapshot(reader);

  const nextId = createIds(instance, fold.counterOf(instance));
  const post = createPost(store, host, nextId, wait);
  const commit = createCommit({ store, host, reader, nextId, wait });
  return {
    name: facts.name,
    host,
    store,
    state: () => fold.state,
    index: fold.index,
    readOn: async () => {
      await reader.readOn();
      return fold.state;
    },
    commit: async (draft) => {
      const reason = quota.refusal(draft);
      return reason ? { ok: false, reason } : commit(draft);
    },
    post,
    nextId,
    subscribe: reader.subscribe,
    close: store.close,
  };
}

/** The only caller of a mailbox's `append`. One message at a time, so that the ids of this process rise in each mailbox. */
function createPost(
  store: Store,
  host: Host,
  nextId: Team["nextId"],
  wait: Wait,
): (draft: MessageDraft) => Promise<Message> {
  const inTurn = createQueue();
  return (draft) =>
    inTurn(async () => {
      const message: Message = { v: FORMAT_VERSION, id: nextId(), at: timeOf(host), ...draft };
      // Whether an uncertain one stands is not looked up: its reader takes the same id once.
      await appendSurely(store.mailbox(draft.to), message, () => Promise.resolve(false), wait);
      return message;
    });
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
