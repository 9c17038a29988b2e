import { expect, test } from "vitest";
import { elapsedMs } from "../../../src/agent/elapsed.ts";

test("times in events have one decimal", () => {
  const started = performance.now() - 72.634_322;

  const ms = elapsedMs(started);

  expect(ms).toBeGreaterThanOrEqual(72.6);
  expect(String(ms)).toMatch(/^\d+(\.\d)?$/);
});
