import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { identityOf, liveness } from "../../src/base/process-identity.ts";
import { MemberName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { roster } from "../../src/runtime/roster.ts";
import { startTeam } from "../../src/runtime/start-team.ts";
import { must } from "../fixtures/agent-stand-in-memory.ts";
import { standIns } from "../fixtures/agent-stand-in-team.ts";
import { until } from "../support/until.ts";

test("a team comes up, outlives who started it, and ends without a trace", async () => {
  const { team, host, stop, processes, pid, supervisorPid } = await standIns({
    lives: { lead: "", ada: "", bob: "" },
  });

  await promisify(execFile)(process.execPath, [host.program, "up", team.name], { env: { ...host.env } });

  const pids = await Promise.all(["lead", "ada", "bob"].map(pid));
  expect(new Set([...pids, await supervisorPid()]).size).toBe(4);
  await team.readOn();
  expect((await roster(team)).map(({ name, state, pid: at }) => [name, state, at])).toEqual([
    ["lead", "idle", pids[0]],
    ["ada", "idle", pids[1]],
    ["bob", "idle", pids[2]],
  ]);

  const report = await stop();

  expect(report).toEqual({
    members: ["lead", "ada", "bob"].map((name) => ({ name, ending: "asked" })),
    supervisor: "asked",
  });
  expect(team.state().team?.lease).toBeUndefined();
  expect(await processes()).toEqual([]);
});

test("F3 a second supervisor hears who was first, one after the other and at once", async () => {
  const { workspace, team, stop, supervisorPid } = await standIns({ lives: { lead: "" } });

  const starts = await Promise.allSettled([startTeam(workspace, team), startTeam(workspace, team)]);

  const pid = await supervisorPid();
  expect(starts.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const [refused] = starts.flatMap((start) => (start.status === "rejected" ? [start.reason as unknown] : []));
  for (const error of [refused, await startTeam(workspace, team).catch((reason: unknown) => reason)])
    expect(error).toMatchObject({
      code: "already_running",
      message: expect.stringContaining(`already supervised by pid ${pid} since 2`) as string,
    });
  await stop();
});

test("who joins a running team is started, who leaves is ended", async () => {
  const { team, start, stop, pid, member } = await standIns({ lives: { lead: "" } });
  await start();
  const ada = MemberName.parse("ada");

  await must(team, { op: "join", by: "user", member: ada, backend: "child", definition: {} });

  const identity = await until(async () => identityOf(await pid("ada")));
  await must(team, { op: "leave", by: "user", member: ada });
  await until(async () => (await liveness(identity)) === "dead");
  await until(async () => (await member("ada")).life?.ended?.how === "stopped");
  await stop();
});

test("A17 members outlive a killed supervisor, and the next one adopts them", async () => {
  const { team, start, stop, pid, supervisorPid, kill, member } = await standIns({
    lives: { lead: "", ada: "" },
  });
  await start();
  const before = [await pid("lead"), await pid("ada")];
  const first = await supervisorPid();
  const lease = team.state().team?.lease;

  await kill(undefined);
  await until(async () => (await identityOf(first)) === undefined);
  expect(await Promise.all(["lead", "ada"].map(pid))).toEqual(before);
  await start();

  expect(await supervisorPid()).not.toBe(first);
  expect(team.state().team?.lease?.id).not.toBe(lease?.id);
  expect([await pid("lead"), await pid("ada")]).toEqual(before);
  expect((await member("ada")).restarts).toBe(0);
  // Adopted means looked after: it is no child of the second supervisor.
  await kill("ada");
  await until(async () => (await member("ada")).restarts === 1);
  expect(await pid("ada")).not.toBe(before[1]);
  await stop();
});

test("F1 when the team's folder is removed, every process ends and nothing is made again", async () => {
  const { workspace, team, start, processes } = await standIns({ lives: { lead: "", ada: "deaf" } });
  await start("lead", "ada");
  const { root } = teamPaths(workspace.configDir, team.name);

  rmSync(root, { recursive: true });

  await until(async () => (await processes()).length === 0, {
    within: 10_000,
  });
  expect(await workspace.list()).toEqual([]);
});
