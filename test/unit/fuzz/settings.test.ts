import { expect, test } from "vitest";
import { titled } from "../../support/fuzz-property.ts";
import { settingsProperties } from "../../support/fuzz-settings.ts";
import { trustProperties } from "../../support/fuzz-trust.ts";

test.each(titled([...settingsProperties, ...trustProperties]))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
