import { expect, test } from "vitest";
import { z } from "zod";
import { createRedactor } from "../../../src/base/redact.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { openEventLog } from "../../../src/runtime/event-log.ts";
import { readAll } from "../../../src/runtime/member-log.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { until } from "../../support/until.ts";

const ada = MemberName.parse("ada");
const Written = z.object({
  event: z.object({
    input: z.object({ file_path: z.string(), content: z.string(), lines: z.array(z.string()) }),
  }),
});
const task = TaskId.parse("3");

async function events(team: Team): Promise<readonly Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const { id: _, at: __, ...rest } of readAll(team.store.agentLog(ada, "events")))
    found.push(rest);
  return found;
}

function fail(error: unknown): void {
  throw error;
}

test("pieces of text are joined, and stand in front of what came after them", async () => {
  const { team } = await memoryTeam(["ada"]);
  const log = openEventLog(team, ada, fail, createRedactor([]));

  for (const delta of ["Hel", "lo", " there"]) log.emit({ type: "text", delta }, task);
  log.emit({ type: "turn_ended", reason: "done", detail: null }, null);
  await log.flush();

  expect(await events(team)).toEqual([
    { v: 1, task: "3", event: { type: "text", delta: "Hello there" } },
    { v: 1, task: null, event: { type: "turn_ended", reason: "done", detail: null } },
  ]);
});

test("text is written soon by itself, so that a screen can follow", async () => {
  const { team } = await memoryTeam(["ada"]);
  const log = openEventLog(team, ada, fail, createRedactor([]));

  log.emit({ type: "text", delta: "thinking of it" }, null);

  await until(async () => (await events(team)).length === 1, { within: 1_000 });
});

test("the content of a written file does not stand in the log once more", async () => {
  const { team } = await memoryTeam(["ada"]);
  const log = openEventLog(team, ada, fail, createRedactor([]));
  const input = { file_path: "a", content: "y".repeat(20_000), lines: ["z".repeat(17_000)] };

  log.emit({ type: "tool_started", id: "c1", name: "Write", input }, null);
  await log.flush();

  const written = Written.parse((await events(team))[0]).event.input;
  expect(written.file_path).toBe("a");
  expect(written.content.length).toBeLessThan(16_500);
  expect(written.content.endsWith("… (3616 more characters)")).toBe(true);
  expect(written.lines[0]?.endsWith("more characters)")).toBe(true);
});

test("C1 a full disk costs events, never a turn, and is said once until it works again", async () => {
  const { team } = await memoryTeam(["ada"]);
  const troubles: unknown[] = [];
  let full = false;
  const real = team.store.agentLog(ada, "events");
  const store = {
    ...team.store,
    agentLog: () => ({
      ...real,
      append: (entry: Parameters<typeof real.append>[0]) =>
        full ? Promise.reject(new Error("no space left")) : real.append(entry),
    }),
  };
  const log = openEventLog({ ...team, store }, ada, (error) => troubles.push(error), createRedactor([]));
  const write = async (): Promise<void> => {
    log.emit({ type: "turn_started" }, null);
    await log.flush();
  };

  full = true;
  await write();
  await write();
  full = false;
  await write();
  full = true;
  await write();

  expect(troubles).toHaveLength(2);
  expect(await events(team)).toHaveLength(1);
});
