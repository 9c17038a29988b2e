import { expect, test } from "vitest";
import { hookProperties } from "../../support/fuzz-hooks.ts";
import { titled } from "../../support/fuzz-property.ts";

test.each(titled(hookProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
