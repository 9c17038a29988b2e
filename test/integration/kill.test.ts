import { expect, test } from "vitest";
import { seedOfRun } from "../support/kill-harness.ts";
import { type Operation, type Sweep, sweepCalls } from "../support/kill-nth.ts";
import { killRound } from "../support/kill-round.ts";
import { leftoverFiles } from "../support/leaks.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** All tests of this file together kill more than 500 times. */
const RANDOM_KILLS = 200;
/** Sweeps at a time: more than there are cores, since each waits for its process to come up and to die. */
const AT_ONCE = 3;
/** Repair looks at everything: it has some hundred calls, which `npm run test:kill` takes one by one. */
const MOST_CALLS = 48;
/** Half of a team that was never there; `troupe doctor --fix` removes it. */
const HALF_MADE = /\/\.new-made-/;

/** Each operation is killed before its calls, and in the middle of each write. */
async function sweepAll(operations: readonly Operation[]): Promise<readonly Sweep[]> {
  const left = [...operations];
  const sweeps: Sweep[] = [];
  const chain = async (): Promise<void> => {
    for (let operation = left.shift(); operation; operation = left.shift()) {
      const configDir = tempFolder();
      sweeps.push(await sweepCalls(configDir, operation, { atMost: MOST_CALLS, seed: seedOfRun() }));
      expect(leftoverFiles(configDir).filter((path) => !HALF_MADE.test(path))).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, chain));

  expect(sweeps.flatMap(({ violations }) => violations)).toEqual([]);
  // The first and the last life end by themselves, and a few more: a life may find less to do than the first did.
  expect(sweeps.filter(({ lives, kills }) => kills < (lives - 2) * 0.9)).toEqual([]);
  // A write in three parts and the call itself are the least that anything does.
  expect(sweeps.filter(({ kills }) => kills < 4)).toEqual([]);
  return sweeps;
}

const killsOf = (sweeps: readonly Sweep[]): number => sweeps.reduce((sum, { kills }) => sum + kills, 0);

test("A1, A2, A5, A7, A14 an entry that is killed before any call to the file system, or in the middle of its line, stands whole or not at all, and the next one goes on", {
  timeout: 180_000,
}, async () => {
  const sweeps = await sweepAll([
    "seal",
    "mail-seal",
    "send",
    "create",
    "claim",
    "complete",
    "release",
    "note",
    "answer",
    "join",
  ]);

  expect(killsOf(sweeps)).toBeGreaterThanOrEqual(120);
});

test("A8, A11, A12, A17 a snapshot, a cursor, a presence file, a log of one writer, a lease, a start: killed before any call, each is old or new, and repair ends what is left", {
  timeout: 180_000,
}, async () => {
  const sweeps = await sweepAll(["cursor", "lease", "repair", "snapshot", "presence", "events", "open"]);

  expect(killsOf(sweeps)).toBeGreaterThanOrEqual(120);
});

test("A13 a team that is killed while it is made or deleted is whole or not there, and the same command ends it", {
  timeout: 180_000,
}, async () => {
  const sweeps = await sweepAll(["create-team", "delete-team"]);

  expect(killsOf(sweeps)).toBeGreaterThanOrEqual(60);
});

test("A1, A2, A4, A5, A7, A18, B1, B2 processes killed and put to sleep at any moment lose nothing acknowledged and agree on one state", {
  timeout: 180_000,
}, async () => {
  const seed = seedOfRun();

  const round = await killRound({ kills: RANDOM_KILLS, procs: 16, seed });

  expect(round.violations, `seed ${seed}`).toEqual([]);
  expect(
    Object.values(round.kills).reduce((sum, count) => sum + count, 0),
    `seed ${seed}`,
  ).toBe(RANDOM_KILLS);
  // A run in which little happened proves little.
  expect(round.acknowledged, `seed ${seed}`).toBeGreaterThan(RANDOM_KILLS);
  expect(round.claims, `seed ${seed}`).toBeGreaterThan(60);
  expect(round.hashes, `seed ${seed}`).toBeGreaterThanOrEqual(16);
  expect(round.sleeps, `seed ${seed}`).toBeGreaterThan(0);
  expect(round.torn, `seed ${seed}`).toBeGreaterThan(0);
  expect(round.readerRounds, `seed ${seed}`).toBeGreaterThan(0);
});
