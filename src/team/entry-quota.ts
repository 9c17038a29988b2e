import type { Entry, EntryDraft } from "../protocol/entries.ts";
import { ENTRIES_A_MINUTE, MINUTE_MS } from "./mail-limits.ts";
import type { Refusal } from "./state.ts";

/** Each needs a task that is there or a question that is open, or is what the process says of itself. */
const FREE: ReadonlySet<EntryDraft["op"]> = new Set([
  "claim",
  "complete",
  "fail",
  "release",
  "settle",
  "start",
  "end",
  "spending",
  "backoff",
]);

/** How much each member has written into the journal within a minute, as the journal has it (faults.md M19, L24). */
export interface EntryQuota {
  /** An entry of the journal, whether it counts or not: a void one fills the disk too. */
  readonly saw: (entry: Entry) => void;
  /** Why its writer may not add it now. */
  readonly refusal: (draft: EntryDraft) => Refusal | undefined;
}

export function createEntryQuota(now: () => number, most = ENTRIES_A_MINUTE): EntryQuota {
  /** Times of the entries of each member, the newest last. */
  const written = new Map<string, number[]>();

  return {
    saw: ({ op, by, at }) => {
      if (isFree(op, by)) return;
      const key = by.toLowerCase();
      const times = written.get(key) ?? [];
      written.set(key, times);
      times.push(Date.parse(at));
      // Now and then: a shift for each entry would move them all.
      if (times.length > 2 * most) times.splice(0, times.length - most);
    },
    refusal: ({ op, by }) => {
      if (isFree(op, by)) return undefined;
      const today = now();
      const times = written.get(by.toLowerCase()) ?? [];
      const first = times.at(-most);
      // Times of a clock that was put back since do not count.
      if (first === undefined || first <= today - MINUTE_MS || first > today) return undefined;
      return { kind: "too_many", what: "entries", limit: most, againInMs: first + MINUTE_MS - today };
    },
  };
}

function isFree(op: EntryDraft["op"], by: string): boolean {
  return by === "user" || by === "system" || FREE.has(op);
}
