import { expect, test } from "vitest";
import { readableFiles } from "../../../../src/agent/gate/readable.ts";
import { contextOf, ruleOf } from "../../../support/gate-world.ts";

test("a search shows what no rule forbids to read or asks about, wherever it lies", () => {
  const rules = [
    ruleOf("Read(.env)", "deny"),
    ruleOf("Read(secrets/**)", "ask"),
    ruleOf("Read(**)", "allow"),
  ];
  const isReadable = readableFiles(contextOf({ rules }));

  expect(isReadable("/w/app/src/a")).toBe(true);
  expect(isReadable("/w/app/src/.env")).toBe(false);
  expect(isReadable("/w/more/.env")).toBe(false);
  expect(isReadable("/w/app/secrets/deep/key")).toBe(false);
  expect(readableFiles(contextOf({}))("/w/app/.env")).toBe(true);
});
