import { expect, test } from "vitest";
import type { MemberLine } from "../../../src/cli/look-at-team.ts";
import { render } from "../../../src/cli/piece.ts";
import { memberRow, memberState } from "../../../src/cli/status-view.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const working = { state: "working", waitingFor: null, waitsUntil: null } as const;

test("I1 a member that waits for the model's rate limit says how long", () => {
  const waits = { ...working, waitsUntil: new Date(NOW + 11_200).toISOString() };

  expect(memberState(waits, NOW)).toBe("working, waits 12 s for the model's rate limit");
  expect(memberState(waits, NOW + 12_000)).toBe("working");
  expect(memberState(working, NOW)).toBe("working");
  expect(memberState({ ...working, state: "awaiting", waitingFor: "plan" }, NOW)).toBe("awaiting plan");
});

test("a member whose price nobody knows says so, as cost does; one that has not begun says nothing", () => {
  const tokens = { input: 1_000, output: 20, cacheRead: 0, cacheWrite: 0 };
  const one: MemberLine = {
    ...working,
    name: "ada",
    role: null,
    lead: false,
    since: new Date(NOW).toISOString(),
    detail: null,
    model: null,
    permissionMode: "default",
    backend: "child",
    pid: null,
    task: null,
    unread: 0,
    approvals: 0,
    restarts: 0,
    context: null,
    tokens,
    costUsd: null,
    budget: null,
  };
  const moneyOf = (member: MemberLine): string => render(memberRow(member, NOW).slice(-1), false);

  expect(moneyOf(one)).toBe("price unknown");
  expect(moneyOf({ ...one, costUsd: 0.42 })).toBe("$0.42");
  expect(moneyOf({ ...one, tokens: null })).toBe("");
});
