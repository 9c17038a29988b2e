import { TroupeError } from "../base/errors.ts";
import { FORMAT_VERSION } from "../protocol/entries.ts";
import type { EntryId, Position } from "../protocol/names.ts";
import type { AgentLogEntry, Log } from "../store/store.ts";

/** How often an append whose outcome is uncertain (a short write) is tried again with the same id. */
const APPEND_TRIES = 5;

/** A log with one writer: gives the entries their ids and sees each of them through. */
export interface OwnLog {
  /** One at a time, in order. Throws what `Log.append` throws, or `disk_full` when the outcome stays uncertain. */
  readonly append: (fields: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** `nextId`: the team's, whose ids rise in every log that this process writes. */
export function ownLog(log: Log<AgentLogEntry>, nextId: () => EntryId): OwnLog {
  let last: Promise<void> = Promise.resolve();
  const write = async (entry: AgentLogEntry): Promise<void> => {
    for (let tries = 1; tries <= APPEND_TRIES; tries++) {
      if ((await log.append(entry)) === "done") return;
    }
    throw new TroupeError("disk_full", `an entry of ${APPEND_TRIES} short writes may not be on disk`, {
      hint: "free some space: troupe doctor shows how much is left",
      details: { id: entry.id },
    });
  };
  return {
    append: (fields) => {
      const entry = { v: FORMAT_VERSION, ...fields, id: nextId() };
      const done = last.then(() => write(entry));
      // The next append does not fail because this one did; whoever made this one hears of it.
      last = done.catch(() => undefined);
      return done;
    },
  };
}

/** Every entry of a log from its oldest one on, each id once: a retried append may stand there twice. */
export async function* readAll(log: Log<AgentLogEntry>): AsyncIterable<AgentLogEntry> {
  const seen = new Set<EntryId>();
  let from: Position = await log.start();
  for (;;) {
    const { entries, next, atEnd } = await log.read(from);
    for (const { entry } of entries) {
      if (seen.has(entry.id)) continue;
      seen.add(entry.id);
      yield entry;
    }
    if (atEnd) return;
    from = next;
  }
}
