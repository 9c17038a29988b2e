import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  identityOf,
  liveness,
  ownIdentity,
  type ProcessIdentity,
  parseStat,
  sessionOf,
  signalProcess,
  taggedProcesses,
} from "../../../src/base/process-identity.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

interface Running {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
}

/** A process in a group of its own, killed with it when the test ends. */
async function running(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    detached: true,
    stdio: "ignore",
    env: { PATH: "/usr/bin:/bin", ...env },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  onTestFinished(() => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended in the test.
    }
  });
  const identity = await until(() => identityOf(pid));
  return { child, identity };
}

test("this process is alive under its own identity", async () => {
  const own = await ownIdentity();

  expect(own).toEqual({
    pid: process.pid,
    startTime: expect.stringMatching(/^\d+$/) as string,
    bootId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    pidNs: expect.stringMatching(/^pid:\[\d+\]$/) as string,
  });
  expect(await liveness(own)).toBe("alive");
});

test("a killed process is dead, and so is a number nobody has", async () => {
  const { child, identity } = await running(["sleep", "60"]);
  expect(await liveness(identity)).toBe("alive");

  child.kill("SIGKILL");

  await until(async () => (await liveness(identity)) === "dead");
  await until(async () => (await identityOf(identity.pid)) === undefined);
});

test("G1 a pid that was used again is dead, and is never signalled", async () => {
  const { identity } = await running(["sleep", "60"]);
  const earlier = { ...identity, startTime: String(Number(identity.startTime) - 1) };

  expect(await liveness(earlier)).toBe("dead");
  expect(await signalProcess(earlier, "SIGKILL")).toBe(false);
  expect(await signalProcess(earlier, "SIGKILL", { group: true })).toBe(false);
  expect(await liveness(identity)).toBe("alive");
});

test("a process of an earlier boot is dead, one of another pid namespace is unknown and not signalled", async () => {
  const { identity } = await running(["sleep", "60"]);

  expect(await liveness({ ...identity, bootId: "00000000-0000-0000-0000-000000000000" })).toBe("dead");
  const elsewhere = { ...identity, pidNs: "pid:[1]" };
  expect(await liveness(elsewhere)).toBe("unknown");
  expect(await signalProcess(elsewhere, "SIGKILL")).toBe(false);
  expect(await liveness(identity)).toBe("alive");
});

test("G2 a stopped process is alive, a zombie is dead", async () => {
  const { identity } = await running(["sleep", "60"]);
  // sleep does not collect the child that the shell left it.
  const parent = await running(["sh", "-c", "sleep 0.3 & exec sleep 60"]);

  expect(await signalProcess(identity, "SIGSTOP")).toBe(true);
  await until(async () => (await liveness(identity)) === "stopped");
  expect(await signalProcess(identity, "SIGCONT")).toBe(true);
  await until(async () => (await liveness(identity)) === "alive");

  const before = await until(async () => {
    const session = await sessionOf(parent.identity);
    return session.length === 2 && session;
  });
  const children = before.filter(({ pid }) => pid !== parent.identity.pid);
  await until(async () => (await sessionOf(parent.identity)).length === 1);
  for (const child of children) {
    expect(await identityOf(child.pid)).toEqual(child);
    expect(await liveness(child)).toBe("dead");
  }
});

test("a name with brackets and spaces does not shift the fields", async () => {
  const program = join(tempFolder(), "a) Z 1 (b");
  copyFileSync("/bin/sleep", program);
  const plain = await running(["sleep", "60"]);

  const { identity } = await running([program, "60"]);

  expect(await liveness(identity)).toBe("alive");
  expect(Number(identity.startTime)).toBeGreaterThanOrEqual(Number(plain.identity.startTime));
});

test("a line of /proc/<pid>/stat that was cut is no process", () => {
  expect(parseStat("7 (a) b) S 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0")).toEqual({
    state: "S",
    group: 7,
    session: 7,
    startTime: "4711",
  });
  expect(parseStat("7 (a) S 1 7")).toBeUndefined();
  expect(parseStat("")).toBeUndefined();
});

test("a signal reaches the group of its leader", async () => {
  const { identity } = await running(["sh", "-c", "sleep 60 & sleep 60 & wait"]);
  const members = await until(async () => {
    const found = await sessionOf(identity);
    return found.length === 3 && found;
  });

  expect(await signalProcess(identity, "SIGKILL", { group: true })).toBe(true);

  for (const member of members) await until(async () => (await liveness(member)) === "dead");
  expect(await sessionOf(identity)).toEqual([]);
});

test("G4 a process that left session and group is found by its tag, one with another tag is not", async () => {
  const tag = `t${process.pid}${Math.trunc(performance.now() * 1000)}`;
  const { identity } = await running(["sh", "-c", "setsid sleep 60 & wait"], { TROUPE_TEST_TAG: tag });
  await running(["sleep", "60"], { TROUPE_TEST_TAG: `${tag}x` });

  const found = await until(async () => {
    const processes = await taggedProcesses({ TROUPE_TEST_TAG: tag });
    return processes.length === 2 && processes;
  });

  const escaped = found.filter(({ identity: { pid } }) => pid !== identity.pid).map((one) => one.identity);
  expect(escaped).toHaveLength(1);
  expect(found.every(({ env }) => env.get("PATH") === "/usr/bin:/bin")).toBe(true);
  expect(await taggedProcesses({ TROUPE_TEST_TAG: tag, PATH: "/elsewhere" })).toEqual([]);
  // Its tag is there from the fork on, its group a moment later.
  for (const one of escaped) await until(() => signalProcess(one, "SIGKILL", { group: true }));
});
