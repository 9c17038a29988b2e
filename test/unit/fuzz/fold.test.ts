import { expect, test } from "vitest";
import { Entry } from "../../../src/protocol/entries.ts";
import { countsOf, foldProperties } from "../../support/fuzz-fold.ts";
import { QUICK } from "../../support/fuzz-property.ts";

for (const { title, check } of foldProperties) test(title, () => check(QUICK), 60_000);

test("forged lives are no series of refusals: entries of every op count", () => {
  const counts = countsOf(1);

  const never = Entry.options.map(({ shape }) => shape.op.value).filter((op) => !counts.has(op));
  expect(never).toEqual([]);
});
