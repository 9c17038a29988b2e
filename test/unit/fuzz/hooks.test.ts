import { expect, test } from "vitest";
import { hookProperties } from "../../support/fuzz-hooks.ts";
import { titled } from "../../support/fuzz-property.ts";
import { questionProperties } from "../../support/fuzz-questions.ts";

test.each(titled([...hookProperties, ...questionProperties]))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);
