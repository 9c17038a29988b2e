import { expect, test } from "vitest";
import { identityOf, liveness, taggedProcesses } from "../../src/base/process-identity.ts";
import { InstanceId, MemberName } from "../../src/protocol/names.ts";
import { askForLife } from "../../src/runtime/ask-for-life.ts";
import { stopTeam } from "../../src/runtime/stop-team.ts";
import { standIns } from "../fixtures/agent-stand-in-team.ts";
import { until } from "../support/until.ts";

const LIMITS = { graceMs: 5_000, termMs: 2_000 };

test("K11 who does not listen is killed, and its task is free", async () => {
  const { workspace, team, start, member, task } = await standIns({
    lives: { lead: "", ada: "deaf", bob: "claim" },
    tasks: ["work"],
    limits: { graceMs: 300, termMs: 300 },
  });
  await start("lead", "ada", "bob");
  await until(async () => (await task("1")).owner === "bob");

  const report = await stopTeam(workspace, team, { graceMs: 10_000, termMs: 10_000 });

  expect(report.supervisor).toBe("asked");
  expect(report.members).toEqual([
    { name: "lead", ending: "asked" },
    { name: "ada", ending: "killed" },
    { name: "bob", ending: "asked" },
  ]);
  expect((await member("ada")).life?.ended).toMatchObject({ how: "stopped", detail: "ended by SIGKILL" });
  expect(await task("1")).toMatchObject({ status: "pending", deaths: 0, previousOwner: "bob" });
});

test("G4 a grandchild in a session of its own does not outlive the team", async () => {
  const { start, stop, processes, member } = await standIns({ lives: { lead: "grandchild" } });
  await start("lead");
  const instance = (await member("lead")).life?.instance ?? "none";
  await until(async () => (await taggedProcesses({ TROUPE_INSTANCE: instance })).length === 2);

  await stop();

  expect(await processes()).toEqual([]);
});

test("G3 what an agent started and left ends with it, also when it ended in good order", async () => {
  const { start, stop, kill, member } = await standIns({ lives: { lead: "", ada: "grandchild" } });
  await start("lead", "ada");
  const tag = { TROUPE_INSTANCE: (await member("ada")).life?.instance ?? "none" };
  await until(async () => (await taggedProcesses(tag)).length === 2);

  await kill("ada", "SIGTERM");

  await until(async () => (await taggedProcesses(tag)).length === 0, { within: 10_000 });
  expect((await member("ada")).life?.ended?.how).toBe("stopped");
  await stop();
});

test("G3 what a former life left is found when the team is stopped, although nobody supervised it", async () => {
  const { team, start, stop, kill, member, processes } = await standIns({
    lives: { lead: "", ada: "grandchild" },
  });
  await start("lead", "ada");
  const former = (await member("ada")).life?.instance ?? "none";
  await until(async () => (await taggedProcesses({ TROUPE_INSTANCE: former })).length === 2);
  await kill(undefined);
  await kill("ada", "SIGTERM");
  await until(async () => (await member("ada")).life?.ended);
  const ada = MemberName.parse("ada");
  const later = { by: "user", member: ada, instance: InstanceId.parse("later-life") } as const;
  await team.commit({ op: "start", ...later });
  await team.commit({ op: "end", ...later, how: "stopped" });

  await stop();

  expect(await processes()).toEqual([]);
});

test("one member is stopped and stays so until somebody asks for it", async () => {
  const { workspace, team, start, stop, pid, member } = await standIns({ lives: { lead: "", ada: "" } });
  await start();
  const lead = await pid("lead");
  const first = await pid("ada");

  const report = await stopTeam(workspace, team, { ...LIMITS, member: MemberName.parse("ada") });

  expect(report).toEqual({ members: [{ name: "ada", ending: "asked" }] });
  expect((await member("ada")).restarts).toBe(0);
  expect((await askForLife(team, "user", MemberName.parse("ada"))).ok).toBe(true);
  expect(await pid("ada")).not.toBe(first);
  expect(await pid("lead")).toBe(lead);
  await stop();
});

test("without a supervisor the stopper ends everybody itself", async () => {
  const { workspace, team, start, kill, member } = await standIns({ lives: { lead: "", ada: "deaf" } });
  await start("lead", "ada");
  await kill(undefined);

  const report = await stopTeam(workspace, team, { graceMs: 1_000, termMs: 300 });

  expect(report).toEqual({
    members: [
      { name: "lead", ending: "asked" },
      { name: "ada", ending: "killed" },
    ],
    supervisor: "asked",
  });
  expect((await member("lead")).life?.ended?.how).toBe("stopped");
  expect(team.state().team?.lease).toBeUndefined();
});

test("G12 a supervisor that gets SIGTERM stops its team in good order", async () => {
  const { team, start, processes, supervisorPid, kill, member } = await standIns({
    lives: { lead: "", ada: "" },
  });
  await start("lead", "ada");
  const supervisor = await until(async () => identityOf(await supervisorPid()));

  await kill(undefined, "SIGTERM");

  await until(async () => (await liveness(supervisor)) === "dead", { within: 10_000 });
  expect((await team.readOn()).team?.lease).toBeUndefined();
  for (const name of ["lead", "ada"]) expect((await member(name)).life?.ended?.how).toBe("stopped");
  expect(await processes()).toEqual([]);
});

test("a team that is stopped while it comes up leaves nothing behind", async () => {
  const lives = Object.fromEntries(["lead", "a", "b", "c", "d", "e"].map((name) => [name, ""]));
  const { workspace, team, start, processes } = await standIns({ lives });
  await start();

  await stopTeam(workspace, team, { graceMs: 2_000, termMs: 2_000 });

  expect(await processes()).toEqual([]);
  const open = [...team.state().members.values()].filter(({ life }) => life && !life.ended);
  expect(open).toEqual([]);
});
