import type { EntryId, Position } from "../protocol/names.ts";
import type { Log } from "../store/store.ts";

/** One's place in a log. */
export interface LogReader<E> {
  readonly log: Log<E>;
  /** Everything behind the last answer, to the end; each id once, though a retried append may stand there twice. */
  readonly readOn: () => Promise<readonly E[]>;
}

export function openLogReader<E extends { readonly id: EntryId }>(log: Log<E>): LogReader<E> {
  let from: Position | undefined;
  const seen = new Set<EntryId>();
  return {
    log,
    readOn: async () => {
      const found: E[] = [];
      from ??= await log.start();
      for (;;) {
        const { entries, next, atEnd } = await log.read(from);
        for (const { entry } of entries) {
          if (seen.has(entry.id)) continue;
          seen.add(entry.id);
          found.push(entry);
        }
        from = next;
        if (atEnd) return found;
      }
    },
  };
}
