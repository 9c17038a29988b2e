import { expect, test } from "vitest";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { MemberName } from "../../src/protocol/names.ts";
import { readMailbox } from "../../src/team/mail.ts";
import { standIns } from "../fixtures/agent-stand-in-team.ts";
import { until } from "../support/until.ts";

test("A6 A16 a killed member's task is free within 5 s, and the member is started again", async () => {
  const { team, start, stop, pid, kill, member, task } = await standIns({
    lives: { lead: "", ada: "claim" },
    tasks: ["work"],
  });
  await start();
  const first = await pid("ada");
  await until(async () => (await task("1")).owner === "ada");
  const ends: string[] = [];
  team.subscribe(({ entry }) => {
    if (entry.op === "end") ends.push(`${entry.member} ${entry.how} ${entry.detail}`);
  });
  const killedAt = performance.now();

  await kill("ada");

  await until(async () => (await task("1")).deaths === 1, { within: 5_000, what: "the release" });
  expect(performance.now() - killedAt).toBeLessThan(5_000);
  await until(async () => (await member("ada")).restarts === 1);
  expect(await pid("ada")).not.toBe(first);
  expect(ends).toEqual(["ada died killed (signal 9)"]);
  await until(async () => (await task("1")).owner === "ada");
  expect(await task("1")).toMatchObject({ attempts: 2, deaths: 1 });
  await stop();
});

test("who dies four times in five minutes is given up, and the lead and the user are told why", async () => {
  const { team, start, stop, member } = await standIns({
    lives: { lead: "", ada: "crash" },
    limits: { backoffMs: [0] },
  });
  await start("lead");

  const ended = await until(
    async () => {
      const { life } = await member("ada");
      return life?.ended?.how === "failed" && life.ended;
    },
    { within: 15_000 },
  );

  const why = "exit code 1: error: told to crash; it died 4 times in 5 minutes and is not restarted";
  expect(ended.detail).toBe(why);
  expect((await member("ada")).restarts).toBe(3);
  for (const owner of ["user", MemberName.parse("lead")] as const) {
    const messages = await until(async () => {
      const found = await readMailbox(team, owner);
      return found.length > 0 && found;
    });
    expect(messages.map(({ message }) => [message.from, message.kind, message.text])).toEqual([
      ["system", "system", `ada was given up: ${why}. Its tasks are free again.`],
    ]);
  }
  await stop();
});

test("A10 who does not come up is ended and given up", async () => {
  const { start, stop, member } = await standIns({
    lives: { lead: "", ada: "hang" },
    limits: { startDeadlineMs: 1_500 },
  });
  await start();
  const { life } = await until(
    async () => {
      const found = await member("ada");
      return found.life?.ended && found;
    },
    { within: 10_000 },
  );

  expect(life?.ended).toMatchObject({ how: "failed", detail: "it did not come up within 1.5 s" });
  expect(await taggedProcesses({ TROUPE_INSTANCE: life?.instance ?? "none" })).toEqual([]);
  await stop();
});

test("G3 tool processes of a killed member end with it, in whatever session they are", async () => {
  const { start, stop, pid, kill, member } = await standIns({ lives: { lead: "", ada: "grandchild" } });
  await start("ada");
  const instance = (await member("ada")).life?.instance ?? "none";
  await until(async () => (await taggedProcesses({ TROUPE_INSTANCE: instance })).length === 2);

  await kill("ada");

  await until(async () => (await taggedProcesses({ TROUPE_INSTANCE: instance })).length === 0);
  await until(async () => (await member("ada")).restarts === 1);
  await pid("ada");
  await stop();
});
