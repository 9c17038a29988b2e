import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ownIdentity } from "../../src/base/process-identity.ts";
import { DoctorOutput } from "../../src/cli/output.ts";
import { InstanceId, MemberName } from "../../src/protocol/names.ts";
import { must, runFile } from "../fixtures/agent-stand-in-memory.ts";
import { deadIdentity, tagged } from "../fixtures/agent-stand-in-process.ts";
import { leftoverFiles } from "../support/leaks.ts";
import { copyOf, essence, logsOf, sickTeam } from "../support/sick-all.ts";
import { healthyTeam, type SickTeam } from "../support/sick-team.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/troupe.js");
const ADA = MemberName.parse("ada");

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly tookMs: number;
}

/** `troupe doctor …` as a process, killed after a while when `killMs` is given. */
function doctor({ configDir }: SickTeam, argv: readonly string[], killMs?: number): Promise<Ran> {
  const begin = performance.now();
  const child = spawn(process.execPath, [PROGRAM, "doctor", ...argv], {
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: configDir,
      CLAUDE_CONFIG_DIR: configDir,
      ANTHROPIC_API_KEY: "x",
    },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const timer = killMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killMs);
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once("close", (exit) => {
      clearTimeout(timer);
      resolve({ exit, stdout, tookMs: performance.now() - begin });
    });
  });
}

test("doctor --fix killed at any moment is finished by the next one", async () => {
  const sick = await sickTeam();
  const logs = logsOf(sick);
  const whole = copyOf(sick);
  const { tookMs, exit } = await doctor(whole, ["--fix"]);
  expect(exit).toBe(0);
  const wanted = await essence(whole);
  let killed = 0;

  // Nearly all of its time is the start of the process: the kills fall behind that.
  for (const share of [0.55, 0.7, 0.8, 0.9]) {
    const team = copyOf(sick);
    if ((await doctor(team, ["--fix"], tookMs * share)).exit === null) killed += 1;
    const { exit: last, stdout } = await doctor(team, ["--fix", "--json"]);

    expect(last).toBe(0);
    expect(DoctorOutput.parse(JSON.parse(stdout)).repairs.filter(({ done }) => !done)).toEqual([]);
    expect(await essence(team)).toEqual(wanted);
    for (const [path, text] of logs) expect(logsOf(team).get(path)?.startsWith(text)).toBe(true);
    expect(leftoverFiles(team.configDir)).toEqual([]);
  }
  expect(killed).toBeGreaterThan(0);
  expect(DoctorOutput.parse(JSON.parse((await doctor(whole, ["--fix", "--json"])).stdout)).repairs).toEqual(
    [],
  );
}, 60_000);

test("A9 G3 processes of a life that is over are shown, ended with --fix, and those of a life that goes on are let live", async () => {
  const team = await healthyTeam();
  const { configDir, host } = team;
  const [dead, living] = [host.newId(), host.newId()].map((id) => InstanceId.parse(id));
  if (!dead || !living) throw new Error("no ids");
  const tag = { CLAUDE_CONFIG_DIR: configDir, TROUPE_TEAM: "crew" };
  const orphan = await tagged("exec sleep 60", { ...tag, TROUPE_AGENT: "ada", TROUPE_INSTANCE: dead });
  const agent = await tagged("exec sleep 60", { ...tag, TROUPE_AGENT: "lead", TROUPE_INSTANCE: living });
  await team.within(async (one) => {
    await must(one, { op: "start", by: "system", member: ADA, instance: dead });
    await one.store.presence.write(runFile(one, "ada", dead, await deadIdentity()));
    const lead = MemberName.parse("lead");
    await must(one, { op: "start", by: "system", member: lead, instance: living });
    await one.store.presence.write(runFile(one, "lead", living, { ...(await ownIdentity()), ...agent }));
  });

  const looked = await doctor(team, []);
  const fixed = await doctor(team, ["--fix"]);

  expect(looked.exit).toBe(1);
  expect(looked.stdout).toContain(`pid ${orphan.pid}, of ada (${dead})`);
  expect(looked.stdout).not.toContain(`pid ${agent.pid}, of`);
  expect(fixed.stdout).toMatch(/DR048 {2}done {2}crew: ended 1 process of lives that are over/);
  // It works on without a supervisor: that stays to be told.
  expect(fixed.exit).toBe(1);
  expect(fixed.stdout).toContain(`lead lives on as pid ${agent.pid}`);
  expect((await doctor(team, ["--fix"])).stdout).not.toContain("DR048");
}, 30_000);
