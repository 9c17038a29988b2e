import { join } from "node:path";
import { expect, test } from "vitest";
import { killAtRandom, seedOfRun } from "../support/kill-harness.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { verifyLogs } from "../support/verify.ts";
import { readNaiveEvidence } from "../support/verify-naive.ts";

const NAIVE = join(import.meta.dirname, "../fixtures/naive.mjs");

test("the kill harness finds lost acknowledged messages in JSON arrays under the lock library's algorithm", async () => {
  const folder = tempFolder();
  const run = await killAtRandom({
    worker: NAIVE,
    task: { folder, inPlace: true },
    procs: 8,
    kills: 40,
    seed: seedOfRun(),
  });
  const violations = verifyLogs(readNaiveEvidence(folder), run);
  expect(run.kills, `seed ${run.seed}`).toBe(40);
  expect(
    violations.some(({ invariant }) => invariant === 1),
    `seed ${run.seed}`,
  ).toBe(true);
});
