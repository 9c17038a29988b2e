import { expect, test } from "vitest";
import { BudgetArgument } from "../../../src/cli/budget-argument.ts";

test.each([
  ["5", { usd: 5 }],
  ["$0.50", { usd: 0.5 }],
  ["usd=5, tokens=2M,turns=500,minutes=120", { usd: 5, tokens: 2_000_000, turns: 500, minutes: 120 }],
  ["tokens=1.5k", { tokens: 1500 }],
  ["usd=none,turns=7", { usd: null, turns: 7 }],
])("E2 %s is a budget", (text, limits) => {
  expect(BudgetArgument.parse(text)).toEqual(limits);
});

test.each([
  "",
  "0",
  "-5",
  "5 EUR",
  "tokens=",
  "tokens=1.5",
  "euro=5",
  "usd=5,usd=6",
  "1e9",
  "turns=2M2",
  "constructor=1",
])("E2 %j is no budget, and the words say what is", (text) => {
  expect(BudgetArgument.safeParse(text).error?.issues[0]?.message).toMatch(
    /is no budget: give an amount in dollars, or limits as usd=5,tokens=2000000/,
  );
});
