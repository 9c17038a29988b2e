import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { InstanceId } from "../../../src/protocol/names.ts";
import { exitCodeIn, exitText } from "../../../src/runtime/exit-text.ts";
import { supervisorFailure } from "../../../src/runtime/supervisor-failure.ts";
import { takeLease } from "../../../src/runtime/supervisor-lease.ts";
import { awakeClock } from "../../../src/runtime/supervisor-loop.ts";
import { supervisorPresence } from "../../../src/runtime/supervisor-presence.ts";
import { memoryTeam } from "../../fixtures/agent-stand-in-memory.ts";

const FIRST = InstanceId.parse("first1");
const SECOND = InstanceId.parse("second");

test("F3 a lease is taken once; that of a dead supervisor is replaced", async () => {
  const { team } = await memoryTeam();
  await takeLease(team, FIRST);
  const first = team.state().team?.lease;
  const presence = await supervisorPresence(team, FIRST, () => 0);

  await expect(takeLease(team, SECOND)).rejects.toMatchObject({
    code: "already_running",
    message: `already supervised by pid ${process.pid} since ${first?.at}`,
  });
  await presence.remove();
  await takeLease(team, SECOND);

  expect(team.state().team?.lease).toMatchObject({ instance: SECOND, pid: process.pid });
});

test("I13 a lease that replaces a dead one says until when the team ran", async () => {
  const { team } = await memoryTeam();
  await takeLease(team, FIRST);
  const since = team.state().team?.lease?.at;
  await supervisorPresence(team, FIRST, () => 0);
  const run = await team.store.presence.read(undefined);
  const beat = "2026-11-20T12:10:00.000Z";
  // Its pid belongs to another process by now.
  if (run) await team.store.presence.write({ ...run, startTime: "1", beat });

  await takeLease(team, SECOND);

  const lease = team.state().team?.lease;
  expect(team.state().team?.ran).toEqual({ stretches: [[since, beat]], since: lease?.at });
});

test("the supervisor says each ten seconds that it lives", async () => {
  let awakeMs = 0;
  const { team } = await memoryTeam();
  const { beat, remove } = await supervisorPresence(team, FIRST, () => awakeMs);
  const read = async () => team.store.presence.read(undefined);
  const first = await read();
  expect(first).toMatchObject({ ...(await ownIdentity()), instance: FIRST, member: null });

  awakeMs += 9_999;
  await beat();
  expect(await read()).toEqual(first);
  awakeMs += 1;
  await beat();
  expect(await read()).toEqual({ ...first, beat: expect.not.stringMatching(first?.beat ?? "") as string });

  await remove();
  expect(await read()).toBeUndefined();
});

test("B2 the awake clock stands still while the process sleeps", () => {
  let now = 0;
  const awakeMs = awakeClock(() => now);

  now += 1_500;
  expect(awakeMs()).toBe(1_500);
  now += 3_600_000;
  expect(awakeMs()).toBe(3_500);
  now += 10;
  expect(awakeMs()).toBe(3_510);
});

test.each([
  { exit: { signal: "SIGKILL" }, lines: ["error: late"], text: "killed (signal 9)" },
  { exit: { signal: "SIGWHAT" }, lines: [], text: "killed (signal SIGWHAT)" },
  { exit: { code: 0 }, lines: [], text: "exit code 0" },
  { exit: { code: 1 }, lines: ["first", "at last"], text: "exit code 1: at last" },
  {
    exit: { code: 4 },
    lines: ["error: no model", "hint: troupe doctor"],
    text: "exit code 4: error: no model",
  },
  {
    exit: { code: 2 },
    lines: ["error: settings.json:1 is empty", "hint: write {} into it", "late"],
    text: "exit code 2: error: settings.json:1 is empty (hint: write {} into it)",
  },
])("A16 an end reads: $text", ({ exit, lines, text }) => {
  expect(exitText(exit, lines)).toBe(text);
  expect(exitCodeIn(`${text}; it died 4 times`)).toBe("code" in exit ? exit.code : undefined);
});

test("a supervisor that did not come up is explained with its own words", () => {
  expect(supervisorFailure({ code: 1 }, ["error: journal shrank", "hint: troupe doctor"])).toMatchObject({
    code: "failed",
    message: "the supervisor ended: exit code 1: journal shrank",
    hint: "troupe doctor",
  });
  expect(supervisorFailure("late", [])).toMatchObject({
    code: "failed",
    message: "the supervisor was not there within 30 s",
  });
  expect(
    supervisorFailure({ code: 5 }, ["error: already supervised by pid 7 since 2026", "hint: troupe status"]),
  ).toMatchObject({ code: "already_running", message: "already supervised by pid 7 since 2026" });
});
