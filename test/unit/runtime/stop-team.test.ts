import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { liveness, signalProcess, taggedProcesses } from "../../../src/base/process-identity.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { teamPaths } from "../../../src/protocol/paths.ts";
import { stopTeam } from "../../../src/runtime/stop-team.ts";
import { memoryTeam, must, runFile } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity, tagged } from "../../fixtures/agent-stand-in-process.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

const PLACE = { configDir: `/nowhere/${process.pid}` };
const HASTY = { graceMs: 0, termMs: 2_000 };
const TASK = TaskId.parse("1");

test("without a supervisor the stopper does everything: ends, tasks, run.json, lapse", async () => {
  const { team, member, live, own } = await memoryTeam();
  const tag = { TROUPE_TEST_TAG: `stop-${process.pid}-1` };
  const identity = await tagged("exec sleep 60", tag);
  const instance = await live("ada", identity);
  await own("ada", "1");
  await must(team, { op: "lease", by: "system", instance, pid: 4711 });

  const report = await stopTeam(PLACE, team, HASTY);

  expect(report).toEqual({
    members: [
      { name: "lead", ending: "not_running" },
      { name: "ada", ending: "terminated" },
      { name: "bob", ending: "not_running" },
    ],
    supervisor: "not_running",
  });
  expect(await liveness(identity)).toBe("dead");
  expect(member("ada").life?.ended).toMatchObject({ how: "stopped", detail: "ended by SIGTERM" });
  expect(team.state().tasks.get(TASK)).toMatchObject({ status: "pending", deaths: 0 });
  expect(await team.store.presence.read(MemberName.parse("ada"))).toBeUndefined();
  expect(team.state().team).toMatchObject({ stopping: true });
  expect(team.state().team?.lease).toBeUndefined();
});

test("a task of a process that was dead before is free as well", async () => {
  const { team, live, own } = await memoryTeam();
  await live("ada", await deadIdentity());
  await own("ada", "1");

  const report = await stopTeam(PLACE, team, { graceMs: 60_000, termMs: 60_000 });

  expect(report.members[1]).toEqual({ name: "ada", ending: "not_running" });
  expect(team.state().tasks.get(TASK)?.owner).toBeUndefined();
});

test("C12 a file that a killed process had half made goes with the team, one that somebody makes now stays", async () => {
  const configDir = tempFolder();
  const { team } = await memoryTeam();
  const { root } = teamPaths(configDir, team.name);
  mkdirSync(join(root, "agents/ada"), { recursive: true });
  const half = join(root, `agents/ada/run.json.${(await deadIdentity()).pid}-1.tmp`);
  const now = join(root, `agents/ada/run.json.${process.pid}-1.tmp`);
  writeFileSync(half, "{");
  writeFileSync(now, "{");

  await stopTeam({ configDir }, team, { ...HASTY, member: MemberName.parse("ada") });
  expect(existsSync(half)).toBe(true);
  await stopTeam({ configDir }, team, HASTY);

  expect([existsSync(half), existsSync(now)]).toEqual([false, true]);
});

test("one member is stopped, the others and the supervisor are left alone", async () => {
  const { team, member, live } = await memoryTeam();
  const tag = { TROUPE_TEST_TAG: `stop-${process.pid}-2` };
  const ada = await tagged("exec sleep 60", { ...tag, WHO: "ada" });
  const bob = await tagged("exec sleep 60", { ...tag, WHO: "bob" });
  await live("ada", ada);
  await live("bob", bob);

  const report = await stopTeam(PLACE, team, { ...HASTY, member: MemberName.parse("ADA") });

  expect(report).toEqual({ members: [{ name: "ada", ending: "terminated" }] });
  expect(team.state().team?.stopping).toBe(false);
  expect(member("ada").stopping).toBe(true);
  expect(member("bob").life?.ended).toBeUndefined();
  expect(await liveness(bob)).toBe("alive");
});

test("K11 who was killed by another stopper is not said to have ended when asked", async () => {
  const { team, member, live } = await memoryTeam();
  const identity = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `stop-${process.pid}-killed` });
  const instance = await live("ada", identity);
  const stopping = stopTeam(PLACE, team, { graceMs: 60_000, termMs: 60_000 });
  await until(() => team.state().team?.stopping === true);

  await signalProcess(identity, "SIGKILL");
  // The other one looks for descendants before it writes.
  await until(async () => (await liveness(identity)) === "dead");
  await pause(300);
  const name = MemberName.parse("ada");
  const end = { op: "end", by: "system", member: name, instance, how: "stopped" } as const;
  await must(team, { ...end, detail: "ended by SIGKILL" });

  expect((await stopping).members[1]).toEqual({ name: "ada", ending: "killed" });
  expect(member("ada").life?.ended?.detail).toBe("ended by SIGKILL");
});

test("two stoppers at once agree, and each end is written once", async () => {
  const { team, live } = await memoryTeam();
  const identity = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `stop-${process.pid}-3` });
  await live("ada", identity);
  let ends = 0;
  team.subscribe(({ entry, verdict }) => {
    if (entry.op === "end" && verdict.ok) ends += 1;
  });

  const reports = await Promise.all([
    stopTeam(PLACE, team, { graceMs: 200, termMs: 2_000 }),
    stopTeam(PLACE, team, { graceMs: 100, termMs: 2_000 }),
  ]);

  expect(reports.flatMap(({ members }) => members.filter(({ ending }) => ending === "stuck"))).toEqual([]);
  expect(ends).toBe(1);
});

test("a process that has not written its run.json yet is found by its tag", async () => {
  const { team, live, member } = await memoryTeam();
  const instance = await live("ada");
  await tagged("setsid sleep 60 & sleep 60", { TROUPE_INSTANCE: instance });

  await stopTeam(PLACE, team, HASTY);

  expect(await taggedProcesses({ TROUPE_INSTANCE: instance })).toEqual([]);
  expect(member("ada").life?.ended?.how).toBe("stopped");
});

test("the supervisor ends after its members", async () => {
  const { team, live } = await memoryTeam();
  const instance = await live("ada", await deadIdentity());
  const supervisor = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `stop-${process.pid}-4` });
  await must(team, { op: "lease", by: "system", instance, pid: supervisor.pid });
  await team.store.presence.write(runFile(team, null, instance, supervisor));

  const report = await stopTeam(PLACE, team, HASTY);

  expect(report.supervisor).toBe("terminated");
  expect(await liveness(supervisor)).toBe("dead");
  expect(team.state().team?.lease).toBeUndefined();
  expect(await team.store.presence.read(undefined)).toBeUndefined();
});

test("lives that somebody began while the team was being stopped are left alone", async () => {
  const { team, live, member } = await memoryTeam();
  const first = await live(
    "ada",
    await tagged("exec sleep 0.3", { TROUPE_TEST_TAG: `stop-${process.pid}-5` }),
  );
  const next = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `stop-${process.pid}-6` });
  const stopping = stopTeam(PLACE, team, { graceMs: 5_000, termMs: 0 });
  await until(() => team.state().team?.stopping);

  await must(team, { op: "lease", by: "system", instance: first, pid: process.pid });
  const second = await live("ada", next);

  await stopping;
  expect(await liveness(next)).toBe("alive");
  expect(member("ada").life).toEqual({ instance: second, startedAt: expect.any(String) as string });
  expect((await team.store.presence.read(MemberName.parse("ada")))?.instance).toBe(second);
});

test("whoever may not stop the team is told so, and nobody is stopped", async () => {
  const { team, live } = await memoryTeam();
  const identity = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `stop-${process.pid}-7` });
  await live("ada", identity);

  await expect(stopTeam(PLACE, team, { ...HASTY, by: MemberName.parse("bob") })).rejects.toMatchObject({
    code: "denied",
  });
  expect(await liveness(identity)).toBe("alive");
});
