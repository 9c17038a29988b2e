import { expect, test } from "vitest";
import { callCost, PRICES_AS_OF } from "../../../src/runtime/prices.ts";

const million = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite: 0 };

test("a call costs what each kind of token costs, in dollars", () => {
  const usage = { input: 1_000_000, output: 200_000, cacheWrite: 400_000, cacheRead: 1_000_000 };

  expect(callCost("claude-sonnet-5-5", usage)).toBeCloseTo(2 + 2 + 1 + 0.1, 10);
});

test("a dated name has the price of its model", () => {
  expect(callCost("claude-haiku-4-5-20251001", million)).toBe(1);
  expect(callCost("claude-opus-4-5-20251101", million)).toBe(callCost("claude-opus-4-5", million));
});

test("a model that is not in the list has no price, which is not the price 0", () => {
  expect(callCost("llama3.3:70b", million)).toBeNull();
  expect(callCost("claude-sonnet-9", million)).toBeNull();
  expect(callCost("scripted", million)).toBeNull();
});

test("a long prompt of Haiku 5.5 is dearer, and what came from the cache counts as prompt", () => {
  const short = { input: 50_000, output: 0, cacheWrite: 0, cacheRead: 50_000 };
  const long = { ...short, cacheRead: 50_001 };

  expect(callCost("claude-haiku-5-5", short)).toBeCloseTo(0.005 + 0.0005, 10);
  expect(callCost("claude-haiku-5-5", long)).toBeCloseTo(0.025 + 0.0025, 6);
});

test("the list says of which day it is", () => {
  expect(Number.isNaN(Date.parse(PRICES_AS_OF))).toBe(false);
});
