import { expect, test } from "vitest";
import { brokenIn } from "../../support/explore/explore.ts";
import { scenarioNamed } from "../../support/explore/scenarios.ts";

/** Every schedule of these runs through; on a loaded machine that takes its time. */
const LONG = 300_000;

test(
  "A14, M5, M6 two append where the segment is full: both entries count, in one segment each",
  async () => {
    expect(await brokenIn(scenarioNamed("seal-two"))).toBeUndefined();
  },
  LONG,
);

test(
  "A14, M5, M6 three append where the segment is full, which all have open: each entry counts, in one segment each",
  async () => {
    // With a crash as well: in the long run.
    expect(await brokenIn({ ...scenarioNamed("seal"), crashes: [], byStates: true })).toBeUndefined();
  },
  LONG,
);

test(
  "M6 a reader finishes the seal of a writer that died between the next segment and the seal",
  async () => {
    expect(await brokenIn(scenarioNamed("seal-reader-two"))).toBeUndefined();
  },
  LONG,
);

test(
  "M8, M9 two write a snapshot at once while the third opens the team",
  async () => {
    expect(await brokenIn(scenarioNamed("snapshot"))).toBeUndefined();
  },
  LONG,
);

test(
  "H6, M1, M2, M3, M4 an uncertain append is appended again and counts once",
  async () => {
    // With a crash as well: in the long run.
    expect(await brokenIn({ ...scenarioNamed("retry"), crashes: [] })).toBeUndefined();
  },
  LONG,
);

test(
  "H8, M18 on a network file system the lock keeps three appends from landing on one another",
  async () => {
    expect(await brokenIn(scenarioNamed("network"))).toBeUndefined();
  },
  LONG,
);

test(
  "M10 a journal that was cut stops its readers and writers",
  async () => {
    expect(await brokenIn(scenarioNamed("damage-cut"))).toBeUndefined();
  },
  LONG,
);

test(
  "M10 a journal that was replaced stops its readers and writers",
  async () => {
    expect(await brokenIn(scenarioNamed("damage-replaced"))).toBeUndefined();
  },
  LONG,
);

test(
  "M10 a journal that was removed stops its readers and writers, and is not made again",
  async () => {
    expect(await brokenIn(scenarioNamed("damage-removed"))).toBeUndefined();
  },
  LONG,
);
