import { test } from "vitest";
import { QUICK } from "../../support/fuzz-property.ts";
import { ruleProperties } from "../../support/fuzz-rules.ts";

for (const { title, check } of ruleProperties) test(title, () => check(QUICK), 60_000);
