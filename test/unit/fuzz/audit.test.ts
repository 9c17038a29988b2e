import { expect, test } from "vitest";
import { auditProperties } from "../../support/fuzz-audit.ts";
import { titled } from "../../support/fuzz-property.ts";

test.each(titled(auditProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
