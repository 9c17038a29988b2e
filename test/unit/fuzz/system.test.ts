import { expect, test } from "vitest";
import { parseStat } from "../../../src/base/process-identity.ts";
import type { Context } from "../../../src/cli/command.ts";
import { showEvents } from "../../../src/cli/events-view.ts";
import { encodeLine } from "../../../src/store/line-codec.ts";
import type { Team } from "../../../src/team/team.ts";
import { eventProperties } from "../../support/fuzz-events.ts";
import { teamOnMemory } from "../../support/fuzz-log.ts";
import { titled } from "../../support/fuzz-property.ts";
import { systemProperties } from "../../support/fuzz-system.ts";
import { bob } from "../../support/store-entries.ts";

test.each(titled([...eventProperties, ...systemProperties]))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

test("G1 a stat that ends within the start time is none", () => {
  const whole = "7 (a) S 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 4711 0";

  expect(parseStat(whole)?.startTime).toBe("4711");
  expect(parseStat(whole.slice(0, -3))).toBeUndefined();
});

test("D5 D11 an event without its time does not hide the others", async () => {
  const { fs, paths, open } = teamOnMemory();
  fs.put(`${paths.journal}/1.jsonl`, Buffer.alloc(0));
  const event = { type: "text", delta: "hello" };
  const lines = [
    { id: "abcdef.1", event },
    { id: "abcdef.2", at: 7, event },
    { id: "abcdef.3", at: "2026-11-20T12:00:00Z", event },
  ];
  fs.put(
    `${paths.agent(bob)}/events.jsonl`,
    Buffer.concat(lines.map((line) => encodeLine(JSON.stringify(line)))),
  );
  const shown: unknown[] = [];
  const screen = { line: (...pieces: unknown[]) => shown.push(pieces.at(-1)) };
  const context = { screen, flags: { json: false } } as unknown as Context;
  const team = { store: await open() } as unknown as Team;

  await showEvents({ context, team, agent: bob, lines: 10, follow: false }, new AbortController().signal);

  expect(shown).toEqual(["hello"]);
});
