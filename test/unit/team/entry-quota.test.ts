import { expect, test } from "vitest";
import { Entry, type EntryDraft } from "../../../src/protocol/entries.ts";
import { createEntryQuota, type EntryQuota } from "../../../src/team/entry-quota.ts";
import { ada, bob, entryId, id } from "../../support/team-entries.ts";
import { NOON, type TestClock } from "../../support/timed-team.ts";

const note = (by: typeof ada | "user" | "system"): EntryDraft => ({
  op: "note",
  by,
  task: id(1),
  text: "hm",
});

function quotaOf(most: number): {
  readonly quota: EntryQuota;
  readonly clock: TestClock;
  readonly write: (draft: EntryDraft) => void;
} {
  const clock = { now: NOON };
  const quota = createEntryQuota(() => clock.now, most);
  let written = 0;
  const write = (draft: EntryDraft): void => {
    const at = new Date(clock.now).toISOString();
    quota.saw(Entry.parse({ ...draft, v: 1, id: entryId("somebody", ++written), at }));
  };
  return { quota, clock, write };
}

test("M19 a member who has written its entries of the minute has to wait until the first is a minute old", () => {
  const { quota, clock, write } = quotaOf(3);
  for (let count = 0; count < 3; count++) {
    expect(quota.refusal(note(ada))).toBeUndefined();
    write(note(ada));
    clock.now += 10_000;
  }

  const refused = quota.refusal(note(ada));
  clock.now += 30_000;

  expect(refused).toEqual({ kind: "too_many", what: "entries", limit: 3, againInMs: 30_000 });
  expect(quota.refusal(note(ada))).toBeUndefined();
});

test("the others, the user, troupe, and work on tasks are not counted", () => {
  const { quota, write } = quotaOf(1);
  write({ op: "claim", by: ada, task: id(1) });
  write({ op: "complete", by: ada, task: id(1), claim: entryId("somebody", 1) });
  expect(quota.refusal(note(ada))).toBeUndefined();
  write(note(ada));
  write(note("user"));
  write(note("system"));

  const drafts = [
    note(ada),
    note(bob),
    note("user"),
    note("system"),
    { op: "claim", by: ada, task: id(1) },
  ] as const;

  expect(drafts.map((draft) => quota.refusal(draft)?.kind)).toEqual([
    "too_many",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("a clock that was put back forbids nothing, and a long life keeps no more than it needs", () => {
  const { quota, clock, write } = quotaOf(2);
  for (let count = 0; count < 50; count++) write(note(ada));
  const before = quota.refusal(note(ada));
  clock.now -= 3_600_000;

  expect([before?.kind, quota.refusal(note(ada))]).toEqual(["too_many", undefined]);
});
