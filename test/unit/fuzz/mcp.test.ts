import { expect, test } from "vitest";
import { mcpProperties } from "../../support/fuzz-mcp.ts";
import { titled } from "../../support/fuzz-property.ts";

test.each(titled(mcpProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
