import { expect, test } from "vitest";
import { Entry } from "../../../src/protocol/entries.ts";
import { logProperties } from "../../support/fuzz-log.ts";
import { pooledOps } from "../../support/fuzz-log-lines.ts";
import { titled } from "../../support/fuzz-property.ts";

test.each(titled(logProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

test("the logs that are damaged hold an entry of every op", () => {
  expect(pooledOps).toEqual(new Set<unknown>(Entry.options.map(({ shape }) => shape.op.value)));
});
