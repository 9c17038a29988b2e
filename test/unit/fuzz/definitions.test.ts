import { expect, test } from "vitest";
import { definitionProperties } from "../../support/fuzz-definitions.ts";
import { titled } from "../../support/fuzz-property.ts";

test.each(titled(definitionProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
