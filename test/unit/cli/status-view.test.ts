import { expect, test } from "vitest";
import { memberState } from "../../../src/cli/status-view.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const working = { state: "working", waitingFor: null, waitsUntil: null } as const;

test("I1 a member that waits for the model's rate limit says how long", () => {
  const waits = { ...working, waitsUntil: new Date(NOW + 11_200).toISOString() };

  expect(memberState(waits, NOW)).toBe("working, waits 12 s for the model's rate limit");
  expect(memberState(waits, NOW + 12_000)).toBe("working");
  expect(memberState(working, NOW)).toBe("working");
  expect(memberState({ ...working, state: "awaiting", waitingFor: "plan" }, NOW)).toBe("awaiting plan");
});
