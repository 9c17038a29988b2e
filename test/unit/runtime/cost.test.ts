import { expect, test } from "vitest";
import type { CallUsage } from "../../../src/agent/events.ts";
import { createRedactor } from "../../../src/base/redact.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { costs } from "../../../src/runtime/cost.ts";
import { openEventLog } from "../../../src/runtime/event-log.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";

interface Made {
  readonly model?: string;
  readonly task?: string;
  readonly usage?: Partial<CallUsage>;
}

function fail(error: unknown): void {
  throw error;
}

async function call(
  team: Team,
  name: string,
  { model = "claude-sonnet-5-5", task, usage }: Made,
): Promise<void> {
  const log = openEventLog(team, MemberName.parse(name), fail, createRedactor([]));
  const counted = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, ...usage };
  log.emit(
    { type: "usage", model, usage: counted, ms: 5, requestId: null },
    task === undefined ? null : TaskId.parse(task),
  );
  log.emit({ type: "turn_started" }, null);
  await log.flush();
}

test("calls are summed for each agent, each model and each task", async () => {
  const { team, view } = await memoryTeam(["lead", "ada"]);
  await call(team, "lead", { usage: { input: 1_000_000 } });
  await call(team, "ada", { task: "10", usage: { output: 100_000 } });
  await call(await view("later"), "ada", { task: "9", model: "claude-opus-5-5", usage: { input: 500_000 } });

  const { total, agents, models, tasks } = await costs(team);

  expect([total.calls, total.usage.input, total.usage.output]).toEqual([3, 1_500_000, 100_000]);
  expect(total.usage.costUsd).toBeCloseTo(2 + 1 + 2, 10);
  expect(agents.map(({ key, calls }) => [key, calls])).toEqual([
    ["lead", 1],
    ["ada", 2],
  ]);
  expect(models.map(({ key, usage }) => [key, usage.costUsd])).toEqual([
    ["claude-sonnet-5-5", 3],
    ["claude-opus-5-5", 2],
  ]);
  expect(tasks.map(({ key }) => key)).toEqual(["9", "10", null]);
});

test("one call of unknown price makes its sums unknown, and no others", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  await call(team, "lead", { usage: { input: 1_000_000 } });
  await call(team, "ada", { model: "qwen3:32b", usage: { input: 10 } });

  const { total, agents } = await costs(team);

  expect(total.usage).toMatchObject({ input: 1_000_010, costUsd: null });
  expect(agents.map(({ key, usage }) => [key, usage.costUsd])).toEqual([
    ["lead", 2],
    ["ada", null],
  ]);
});

test("a team that has not spoken to a model has cost nothing", async () => {
  const { team } = await memoryTeam(["lead"]);

  expect(await costs(team)).toEqual({
    total: {
      key: null,
      calls: 0,
      usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 },
    },
    agents: [],
    models: [],
    tasks: [],
    subagents: [],
    subagentTypes: [],
  });
});
