import { expect, test } from "vitest";
import { Entry } from "../../../src/protocol/entries.ts";
import { logProperties, pooledOps } from "../../support/fuzz-log.ts";
import { QUICK } from "../../support/fuzz-property.ts";

for (const { title, check } of logProperties) test(title, () => check(QUICK), 60_000);

test("the logs that are damaged hold an entry of every op", () => {
  expect([...pooledOps].toSorted()).toEqual(Entry.options.map(({ shape }) => shape.op.value).toSorted());
});
