import { expect, test } from "vitest";
import { titled } from "../../support/fuzz-property.ts";
import { ruleProperties } from "../../support/fuzz-rules.ts";

test.each(titled(ruleProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
