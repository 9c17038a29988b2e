import { expect, test } from "vitest";
import { claim, idsOf } from "../../../support/store-entries.ts";
import { fileTeam } from "../../../support/store-team.ts";

const FOLD = 1;

test("M9 of two snapshots written at once each is true, and an older one over a newer costs only time", async () => {
  const team = await fileTeam();
  const { store: slow } = await team.open();
  const { store: quick } = await team.open();
  await slow.journal.append(claim(1));
  const older = await slow.journal.end();
  await slow.journal.append(claim(2));
  const newer = await slow.journal.end();
  const [, first, second] = (await slow.journal.read(await slow.journal.start())).entries;
  const snapshotOf = (at: typeof first, position: typeof older, state: string) => ({
    fold: FOLD,
    position,
    lastId: at?.entry.id ?? claim(9).id,
    state,
  });

  await Promise.all([
    quick.snapshot.save(snapshotOf(second, newer, "newer")),
    slow.snapshot.save(snapshotOf(first, older, "older")),
  ]);
  const either = await quick.snapshot.load(FOLD);
  await slow.snapshot.save(snapshotOf(first, older, "older"));
  const loaded = await quick.snapshot.load(FOLD);

  expect(["newer", "older"]).toContain(either?.state);
  expect(loaded).toEqual(snapshotOf(first, older, "older"));
  const rest = (await quick.journal.read(older)).entries.map(({ entry }) => entry.id);
  expect(rest).toEqual((await idsOf(slow.journal)).slice(2));
});
