import { expect, test } from "vitest";
import { Entry } from "../../../src/protocol/entries.ts";
import { countsOf, foldProperties } from "../../support/fuzz-fold.ts";
import { titled } from "../../support/fuzz-property.ts";

test.each(titled(foldProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

test("forged lives are no series of refusals: entries of every op count", () => {
  const counts = countsOf(1);

  const never = Entry.options.map(({ shape }) => shape.op.value).filter((op) => !counts.has(op));
  expect(never).toEqual([]);
}, 60_000);
