import { expect, test } from "vitest";
import { seedOfRun } from "../support/kill-harness.ts";
import { OPERATIONS, sweepCalls } from "../support/kill-nth.ts";
import { killRound, type Round } from "../support/kill-round.ts";
import { longOptions, printResult } from "../support/long-run.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** `sweeps`: every operation is killed at each of its calls first; those kills count too. */
const defaults: Record<"kills" | "procs" | "seed" | "round", number> & { readonly sweeps: boolean } = {
  kills: 10_000,
  procs: 16,
  seed: 0,
  round: 500,
  sweeps: true,
};
const options = longOptions(defaults);

/** Sums of everything that is a number. */
function add(total: Record<string, number>, round: Round): void {
  const { violations: _, kills, ...counts } = round;
  for (const [way, count] of Object.entries(kills))
    total[`kill ${way}`] = (total[`kill ${way}`] ?? 0) + count;
  for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
}

test("A1, A2, A4, A5, A7, A12, A14, A18 thousands of kills lose nothing acknowledged", async () => {
  const seed = options.seed === 0 ? seedOfRun() : options.seed;
  const began = performance.now();
  const total: Record<string, number> = {};
  const wrong: string[] = [];
  let done = 0;
  for (const operation of options.sweeps ? OPERATIONS : []) {
    const { kills, violations } = await sweepCalls(tempFolder(), operation);
    done += kills;
    total["kill nth"] = (total["kill nth"] ?? 0) + kills;
    wrong.push(...violations.map(({ invariant, what }) => `${operation}: ${invariant}: ${what}`));
    process.stdout.write(
      `${JSON.stringify({ operation, kills, done, violations: violations.slice(0, 20) })}\n`,
    );
  }
  for (let round = 0; done < options.kills; round++) {
    const kills = Math.min(options.round, options.kills - done);
    const result = await killRound({ kills, procs: options.procs, seed: seed + round * 100_003 });
    done += Object.values(result.kills).reduce((sum, count) => sum + count, 0);
    add(total, result);
    const found = result.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
    wrong.push(...found.map((what) => `seed ${seed + round * 100_003}: ${what}`));
    process.stdout.write(
      `${JSON.stringify({ round, done, seed: seed + round * 100_003, ...result, violations: found.slice(0, 20) })}\n`,
    );
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  printResult("kill", {
    kills: done,
    procs: options.procs,
    seed,
    seconds,
    ...total,
    violations: wrong.length,
  });
  expect(wrong).toEqual([]);
});
