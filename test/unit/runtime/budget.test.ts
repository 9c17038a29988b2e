import { expect, test } from "vitest";
import {
  changeText,
  isReached,
  limitsText,
  mostUsed,
  nextLimit,
  toTell,
} from "../../../src/runtime/budget.ts";

const spent = { usd: 4.02, tokens: 1_500_000, turns: 12, minutes: 30.5 };

test("I13 the limit that is nearest to its end counts, in words that name both", () => {
  expect(mostUsed({ usd: 5, tokens: 2_000_000 }, spent)).toMatchObject({
    part: "usd",
    text: "$4.02 of $5.00",
  });
  expect(mostUsed({ usd: 50, tokens: 2_000_000 }, spent)?.text).toBe("1,500,000 of 2,000,000 tokens");
  expect(mostUsed({ turns: 12 }, spent)?.text).toBe("12 of 12 model calls");
  expect(mostUsed({ minutes: 60 }, spent)?.text).toBe("30 of 60 minutes");
  expect(mostUsed({}, spent)).toBeUndefined();
});

test("I13 a budget of a few cents is not told in whole ones", () => {
  expect(mostUsed({ usd: 0.05 }, { ...spent, usd: 0.0612 })?.text).toBe("$0.0612 of $0.0500");
});

test.each([
  [79.9, undefined, false],
  [80, 80, false],
  [99.9, 80, false],
  [100, 100, true],
  [250, 100, true],
])("I13 at %d percent people are told of %s, and it is reached: %s", (percent, told, reached) => {
  const use = mostUsed({ turns: 1000 }, { ...spent, turns: percent * 10 });

  expect(use && [toTell(use), isReached(use)]).toEqual([told, reached]);
});

test.each([
  [{ usd: 5 }, { usd: 5.02 }, "11"],
  [{ usd: 0.05 }, { usd: 0.06 }, "0.11"],
  [{ tokens: 2_000_000 }, { tokens: 2_000_100 }, "tokens=4000100"],
  [{ turns: 3 }, { turns: 3 }, "turns=6"],
])("the next limit of %j is one that goes on", (limits, more, typed) => {
  const use = mostUsed(limits, { ...spent, ...more });

  expect(use && nextLimit(use)).toBe(typed);
});

test("limits are told with their units, and one that is taken away too", () => {
  expect(changeText({ usd: 10, tokens: null })).toBe("from now on $10.00, no limit in tokens");
  expect(limitsText({ usd: 10, turns: 5000 })).toBe("$10.00, 5,000 model calls");
  expect(limitsText({})).toBe("no limit");
});
