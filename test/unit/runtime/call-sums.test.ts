import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRedactor } from "../../../src/base/redact.ts";
import { teamPaths } from "../../../src/protocol/paths.ts";
import { followCallSums, withCall } from "../../../src/runtime/call-sums.ts";
import { configFolder } from "../../../src/runtime/config-folder.ts";
import { openEventLog } from "../../../src/runtime/event-log.ts";
import { callCost, PRICES_AS_OF } from "../../../src/runtime/prices.ts";
import { teamSpending } from "../../../src/runtime/team-spending.ts";
import type { Team } from "../../../src/team/team.ts";
import { ada, auditedTeam } from "../../support/audit-sample.ts";

const usage = { input: 1_000_000, output: 100_000, cacheRead: 5_000_000, cacheWrite: 0 };
const EMPTY = { usd: 0, tokens: 0, turns: 0, asOf: PRICES_AS_OF };

function fail(error: unknown): void {
  throw error;
}

/** Writes calls as a life of hers does, and answers the last sum. */
async function calls(team: Team, models: readonly string[], before = EMPTY): Promise<typeof EMPTY> {
  const log = openEventLog(team, ada, fail, createRedactor([]));
  let sum = before;
  for (const model of models) {
    sum = withCall(sum, { model, usage });
    log.emit({ type: "usage", model, usage, ms: 1, requestId: null }, null, undefined, sum);
    log.emit({ type: "text", delta: `${"word ".repeat(40_000)}"sum":{"usd":9` }, null);
  }
  await log.flush();
  return sum;
}

test("I13 the last sum of a log tells all its calls, whatever stands behind it", async () => {
  const team = await auditedTeam();
  const sums = followCallSums(team);
  const none = await sums.of(ada);

  const last = await calls(team, ["claude-sonnet-5-5", "claude-sonnet-5-5"]);
  const first = await sums.of(ada);
  const later = await calls(team, ["claude-sonnet-5-5"], last);

  expect(none).toEqual(EMPTY);
  // What is read from a cache costs money, and is no token of the budget.
  expect(first).toEqual({
    usd: expect.closeTo(2 * 3.5) as unknown,
    tokens: 2_200_000,
    turns: 2,
    asOf: PRICES_AS_OF,
  });
  expect(await sums.of(ada)).toEqual(later);
  expect(await followCallSums(team).of(ada)).toEqual(later);
});

test("I13 a model whose price nobody knows is as dear as the dearest one", async () => {
  const [known] = ["claude-fable-5"].map((model) => callCost(model, usage));

  expect(withCall(EMPTY, { model: "llama3.3:70b", usage }).usd).toBe(known);
});

test("I13 calls of an earlier version, or by another price table, are counted one by one", async () => {
  const team = await auditedTeam();
  const log = openEventLog(team, ada, fail, createRedactor([]));
  const event = { type: "usage", model: "claude-sonnet-5-5", usage, ms: 1, requestId: null } as const;
  log.emit(event, null);
  log.emit(event, null, undefined, { usd: 900, tokens: 2, turns: 2, asOf: "2020-01-01" });
  await log.flush();
  const sums = followCallSums(team);

  expect(await sums.of(ada)).toMatchObject({ usd: expect.closeTo(7) as unknown, turns: 2 });
  log.emit({ type: "turn_started" }, null);
  await log.flush();
  expect(await sums.of(ada)).toMatchObject({ usd: expect.closeTo(7) as unknown, turns: 2 });
});

test("I13 a line that is not whole yet is not believed, and is read once it is", async () => {
  const team = await auditedTeam();
  await calls(team, ["claude-sonnet-5-5"]);
  const path = join(teamPaths(configFolder(team.host), team.name).agent(ada), "events.jsonl");
  const sums = followCallSums(team);
  mkdirSync(join(path, ".."), { recursive: true });

  appendFileSync(path, '\n{"v":1,"sum":{"usd":1,"tokens":1,"turns":9');
  expect((await sums.of(ada)).turns).toBe(1);
  appendFileSync(path, "\n");
  const sum = withCall(await sums.of(ada), { model: "claude-sonnet-5-5", usage });
  await calls(team, ["claude-sonnet-5-5"], await sums.of(ada));
  expect(await sums.of(ada)).toEqual(sum);
});

test("I13 the minutes of a team are those with a supervisor, by the clocks of its entries", async () => {
  const team = await auditedTeam();
  const state = team.state();
  const now = team.host.now();
  const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
  const ran = {
    // A clock that was put back.
    stretches: [
      [at(-100), at(-90)],
      [at(-80), at(-85)],
    ] as const,
    since: at(-5),
  };
  const facts = state.team && { ...state.team, ran, budget: { minutes: 20 } };

  const { use } = await teamSpending(
    { ...team, state: () => ({ ...state, team: facts }) },
    followCallSums(team),
  );

  expect(use).toMatchObject({ part: "minutes", spent: expect.closeTo(15, 1) as unknown, limit: 20 });
});
