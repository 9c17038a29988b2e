import { join } from "node:path";
import { expect, test } from "vitest";
import { killAtRandom } from "../support/kill-harness.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { verifyLogs } from "../support/verify.ts";
import { readNaiveEvidence } from "../support/verify-naive.ts";

const NAIVE = join(import.meta.dirname, "../fixtures/naive.mjs");

/** A different one in each run, printed, so that a run can be had again. */
const seedOfRun = (): number => Math.floor(performance.timeOrigin) % 2 ** 31;

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
  console.log(run.lives.flatMap(l=>l.lines).filter(l=>l.startsWith("ACK")).length, violations.length, new Map([...new Set(violations.map(v=>v.invariant))].map(i=>[i, violations.filter(v=>v.invariant===i).length])));
  console.log(violations.slice(0,3), violations.filter(v=>v.invariant===9).slice(0,2));
  expect(violations.some(({ invariant }) => invariant === 1), `seed ${run.seed}`).toBe(true);
});
