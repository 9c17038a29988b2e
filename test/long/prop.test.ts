import { expect, test } from "vitest";
import { ALL_PROPERTIES } from "../support/fuzz-all.ts";
import { longOptions, printResult } from "../support/long-run.ts";

const { runs, seed, only } = longOptions({ runs: 100_000, seed: -1, only: "" });
const chosen = ALL_PROPERTIES.filter(({ title }) => title.includes(only));

test("there is a property of that name", () => {
  expect(chosen.map(({ title }) => title)).not.toEqual([]);
});

test.each(chosen.map(({ title, check }) => [title, check] as const))("%s", async (title, check) => {
  const started = performance.now();

  const inputs = await check({ runs, ...(seed >= 0 && { seed }) });

  printResult("prop", { title, inputs, seconds: Math.round((performance.now() - started) / 1000) });
  expect(inputs).toBeGreaterThan(0);
});
