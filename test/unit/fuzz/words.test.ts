import { expect, test } from "vitest";
import { Duration } from "../../../src/cli/durations.ts";
import { titled } from "../../support/fuzz-property.ts";
import { wordProperties } from "../../support/fuzz-words.ts";

test.each(titled(wordProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

test("a duration that no date can go back is refused", () => {
  expect(Duration.safeParse("36500d").success).toBe(true);
  expect(Duration.safeParse("36501d").success).toBe(false);
});
