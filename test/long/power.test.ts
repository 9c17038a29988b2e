import { expect, test } from "vitest";
import { longOptions, printResult } from "../support/long-run.ts";
import { checkCuts } from "../support/power-check.ts";
import { costIn } from "../support/power-cost.ts";
import { FAILED_SYNC, SCENARIOS } from "../support/power-scenarios.ts";
import { powerWorld } from "../support/power-work.ts";

/** `exhaustive`, `sample`, `seed`: disks of each cut point. `claims`: operations whose cost is measured. `only`: part of a scenario's name. */
const { exhaustive, sample, seed, claims, only } = longOptions({
  exhaustive: 64,
  sample: 24,
  seed: 1,
  claims: 500,
  only: "",
});

test("no disk that a power cut leaves breaks a promise", async () => {
  const began = performance.now();
  const violations: string[] = [];
  let disks = 0;
  let opened = 0;
  for (const durability of ["default", "power"] as const)
    for (const scenario of [...SCENARIOS, ...(durability === "power" ? [FAILED_SYNC] : [])]) {
      if (!scenario.name.includes(only)) continue;
      const world = powerWorld({ durability });
      const { from = 0, more } = await scenario.run(world);
      const result = await checkCuts(world.recorded(more), { exhaustive, sample, seed, from });
      disks += result.disks;
      opened += result.opened;
      violations.push(...result.violations.map((what) => `${durability}, ${scenario.name}: ${what}`));
    }
  const seconds = Math.round((performance.now() - began) / 1000);
  printResult("power", { exhaustive, sample, seed, disks, opened, violations: violations.length, seconds });
  expect(violations.join("\n")).toBe("");
});

test("what the promise costs, on the disk of the temporary folder", async () => {
  const [byDefault, power] = [await costIn("default", claims), await costIn("power", claims)];

  printResult("power-cost", { claims, default: byDefault, power });
  expect(power.claim.p50).toBeGreaterThan(byDefault.claim.p50);
});
