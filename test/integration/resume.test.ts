import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { liveness, signalProcess } from "../../src/base/process-identity.ts";
import { MemberName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { teamTag } from "../../src/runtime/child-env.ts";
import { startTeam } from "../../src/runtime/start-team.ts";
import { tagged } from "../fixtures/agent-stand-in-process.ts";
import { standIns } from "../fixtures/agent-stand-in-team.ts";
import { leftoverFiles } from "../support/leaks.ts";
import { until } from "../support/until.ts";

test("A18 after kill -9 of everything the team comes back with its members and tasks", async () => {
  const { start, stop, processes, pid, member, task } = await standIns({
    lives: { lead: "", ada: "claim" },
    tasks: ["work", "more"],
  });
  await start();
  const before = [await pid("lead"), await pid("ada")];
  await until(async () => (await task("1")).owner === "ada");
  const everybody = (await processes()).map(({ identity }) => identity);
  for (const identity of everybody) await signalProcess(identity, "SIGKILL");
  // A process that is dying loses its environment, by which it is found, before it is dead.
  for (const identity of everybody) await until(async () => (await liveness(identity)) === "dead");

  await start();

  // Until repair has settled it, a life that was killed is the current one.
  for (const name of ["lead", "ada"]) await until(async () => (await member(name)).restarts === 1);
  const after = [await pid("lead"), await pid("ada")];
  for (const old of before) expect(after).not.toContain(old);
  await until(async () => (await task("1")).owner === "ada");
  expect(await task("1")).toMatchObject({ deaths: 1, attempts: 2 });
  expect(await member("ada")).toMatchObject({ restarts: 1 });
  await stop();
});

test("who joins a team of which only some were resumed is started", async () => {
  const { workspace, team, stop, pid, member } = await standIns({ lives: { lead: "", bob: "" } });
  await startTeam(workspace, team, { only: [MemberName.parse("lead")] });
  await pid("lead");

  const cyd = MemberName.parse("cyd");
  await team.commit({ op: "join", by: "user", member: cyd, backend: "child", definition: {} });

  expect(await pid("cyd")).toBeGreaterThan(0);
  expect((await member("bob")).life).toBeUndefined();
  await stop();
});

test("a team that was stopped comes back whole, or only who is named", async () => {
  const { workspace, team, start, stop, pid, member } = await standIns({
    lives: { lead: "", ada: "", bob: "" },
  });
  await start("lead", "ada", "bob");
  await stop();

  await startTeam(workspace, team, { only: [MemberName.parse("ada")] });

  await pid("ada");
  expect((await member("ada")).restarts).toBe(1);
  for (const name of ["lead", "bob"]) expect((await member(name)).life?.ended?.how).toBe("stopped");
  await stop();
  expect((await member("lead")).restarts).toBe(0);
});

test("A9 C12 leftovers are swept at start: processes of lives that are over, and temporary files", async () => {
  const { workspace, team, host, start, stop } = await standIns({ lives: { lead: "" } });
  const tag = {
    ...teamTag(workspace.configDir, team.name),
    TROUPE_TEST_ID: host.env["TROUPE_TEST_ID"] ?? "none",
  };
  const leftover = await tagged("trap '' TERM; while :; do sleep 0.1; done", {
    ...tag,
    TROUPE_AGENT: "ghost",
    TROUPE_INSTANCE: "oldlife",
  });
  const shell = await tagged("exec sleep 60", { ...tag, TROUPE_AGENT: "lead" });
  const { root, journal } = teamPaths(workspace.configDir, team.name);
  writeFileSync(join(journal, "snapshot.json.999999999-1.tmp"), "{");
  writeFileSync(join(root, `bodies/x.${process.pid}-1.tmp`), "{");

  await start("lead");

  expect(await liveness(leftover)).toBe("dead");
  // A person's own shell that names the team has no instance.
  expect(await liveness(shell)).toBe("alive");
  expect(leftoverFiles(root)).toEqual([join(root, `bodies/x.${process.pid}-1.tmp`)]);
  await stop();
  expect(await liveness(shell)).toBe("alive");
  await signalProcess(shell, "SIGKILL");
  await until(async () => (await liveness(shell)) === "dead");
  unlinkSync(join(root, `bodies/x.${process.pid}-1.tmp`));
});

test("B2 a team that was stopped as a whole for a while goes on: nobody is declared dead", async () => {
  const { start, stop, processes, pid, member, task } = await standIns({
    lives: { lead: "", ada: "claim" },
    tasks: ["work"],
  });
  await start();
  const before = [await pid("lead"), await pid("ada")];
  await until(async () => (await task("1")).owner === "ada");
  const everybody = await processes();

  for (const { identity } of everybody) await signalProcess(identity, "SIGSTOP");
  for (const { identity } of everybody) await until(async () => (await liveness(identity)) === "stopped");
  for (const { identity } of everybody) await signalProcess(identity, "SIGCONT");

  for (const { identity } of everybody) await until(async () => (await liveness(identity)) === "alive");
  expect([await pid("lead"), await pid("ada")]).toEqual(before);
  expect(await task("1")).toMatchObject({ owner: "ada", deaths: 0 });
  expect((await member("ada")).life?.ended).toBeUndefined();
  await stop();
});
