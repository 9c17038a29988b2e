import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { InstanceId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { childEnv } from "../../src/runtime/child-env.ts";
import { fillDisk, hasProgram, limitFiles } from "./chaos-disk.ts";
import { PROGRAM, type TeamProcess } from "./chaos-processes.ts";
import { type Siege, TEAM } from "./chaos-siege.ts";

/** One kind of trouble. What takes its time gets `endAt`: behind it nothing begins. */
export interface Act {
  readonly name: string;
  readonly weight: number;
  /** Touches everybody: never two of these at once. */
  readonly isHeavy: boolean;
  readonly run: (siege: Siege) => Promise<void>;
}

const act = (name: string, weight: number, run: Act["run"]): Act => ({ name, weight, isHeavy: false, run });
const heavy = (name: string, weight: number, run: Act["run"]): Act => ({ name, weight, isHeavy: true, run });

/** The member whose clock, zone and language are not everybody's. */
export const ODD = "odd";
const SECOND = TeamName.parse("second");
/** Members of a team whose folder was deleted are over by then, in ms: 2 s to notice, 2 s of grace, SIGTERM, SIGKILL. */
const GONE_MS = 15_000;

export interface ActPlan {
  readonly longestStopMs: number;
  readonly hasSecondTeam: boolean;
}

export function chaosActs({ longestStopMs, hasSecondTeam }: ActPlan): readonly Act[] {
  return [
    act("kill an agent", 10, async (siege) =>
      killOne(siege, (one) => one.agent !== undefined && one.agent !== "lead"),
    ),
    act("kill the lead", 2, async (siege) => killOne(siege, ({ agent }) => agent === "lead")),
    act("stop and go on", 8, async (siege) => {
      const process = siege.chance.pick(await siege.processes());
      // Mostly short: what is stopped for long is missing from the work.
      const ms = 100 + (longestStopMs - 100) * siege.chance.next() ** 3;
      if (process) await siege.halt(process, ms);
    }),
    act("agent stop", 2, async (siege) => {
      await siege.type("agent", "stop", worker(siege), "--timeout", "1s", "--team", TEAM);
    }),
    act("agent kill", 2, async (siege) => {
      const name = worker(siege);
      await siege.type("agent", "kill", name, "--team", TEAM);
    }),
    act("agent spawn", 3, spawnOne),
    act("send", 6, async (siege) => {
      const to = siege.chance.next() < 0.2 ? "@all" : worker(siege);
      await siege.type("send", to, "Go on as you do.", "--json", "--team", TEAM);
    }),
    act("delete a cursor", 2, async (siege) => remove(siege, join("mail", worker(siege), "cursor.json"))),
    act("delete a run.json", 2, async (siege) => remove(siege, join("agents", worker(siege), "run.json"))),
    act("delete the snapshot", 1, async (siege) => remove(siege, join("journal", "snapshot.json"))),
    heavy("kill the supervisor", 3, killSupervisor),
    heavy("kill everything and resume", 1, killEverything),
    heavy("down and up", 1, downAndUp),
    heavy("full disk", 2, fullDisk),
    ...(hasProgram("faketime") ? [heavy("another clock", 2, oddClock)] : []),
    ...(hasSecondTeam ? [heavy("delete the second team", 1, deleteSecondTeam)] : []),
  ];
}

/** At most three more; nobody has rules for them alone, so they work as anybody does. */
async function spawnOne(siege: Siege): Promise<void> {
  const name = `x${siege.members.filter((member) => member.startsWith("x")).length + 1}`;
  if (name === "x4") return;
  siege.members.push(name);
  const { exit } = await siege.type(
    "agent",
    "spawn",
    name,
    "--tools",
    "Read,Write,Edit,Bash",
    "--team",
    TEAM,
  );
  // Refused on a full disk.
  if (exit !== 0) siege.members.splice(siege.members.indexOf(name), 1);
}

function worker({ chance, members }: Siege): string {
  return chance.pick(members.filter((name) => name !== "lead")) ?? "lead";
}

async function killOne(siege: Siege, isMeant: (process: TeamProcess) => boolean): Promise<void> {
  const process = siege.chance.pick((await siege.processes()).filter(isMeant));
  if (process) await siege.kill(process);
}

async function remove(siege: Siege, path: string): Promise<void> {
  rmSync(join(siege.teamDir, path), { force: true });
  siege.note(`deleted ${path}`);
}

async function killSupervisor(siege: Siege): Promise<void> {
  await killOne(siege, ({ agent }) => agent === undefined);
  await pause(siege.chance.between(0, 4_000));
  await siege.type("resume", TEAM);
}

async function killEverything(siege: Siege): Promise<void> {
  siege.rescues.hinder();
  for (const process of await siege.processes()) await siege.kill(process);
  await siege.type("resume", TEAM);
  siege.rescues.resume();
}

async function downAndUp(siege: Siege): Promise<void> {
  siege.rescues.hinder();
  // Who is stopped cannot end in good order: that is not what this is about.
  await siege.everybodyGoesOn();
  const { exit, stderr } = await siege.type(
    "down",
    TEAM,
    ...(siege.chance.next() < 0.5 ? ["--now"] : ["--timeout", "5s"]),
  );
  if (exit !== 0) siege.seen.push(`down: ${exit} ${stderr}`);
  const left = await siege.processes();
  if (left.length > 0)
    siege.seen.push(`down left ${left.map(({ agent }) => agent ?? "supervisor").join(", ")}`);
  await siege.type("up", "-f", "team.json", "--detach");
  siege.rescues.resume();
}

async function fullDisk(siege: Siege): Promise<void> {
  siege.rescues.hinder();
  const { now } = siege.world.workspace.host;
  const from = now();
  siege.note("the disk is full");
  const free = siege.world.isOwnDisk ? await fillAll(siege) : await limitEverybody(siege);
  await pause(siege.chance.between(200, 4_000));
  await free();
  siege.note("the disk has space");
  // Whoever waits after trouble looks again each second.
  await pause(3_000);
  siege.fullDisk.push([from, now()]);
  siege.rescues.resume();
}

async function fillAll({ world }: Siege): Promise<() => Promise<void>> {
  const { free } = fillDisk(world.config);
  return async () => free();
}

/** Where nothing can be mounted, no file of the team can grow: EFBIG, and short writes before it. */
async function limitEverybody(siege: Siege): Promise<() => Promise<void>> {
  const limit = async (bytes: number | "unlimited"): Promise<void> =>
    limitFiles(
      (await siege.processes()).map(({ identity }) => identity.pid),
      bytes,
    );
  await limit(4_096);
  // Who was started meanwhile has the limit of the supervisor.
  return () => limit("unlimited");
}

/** Ends the odd member and starts it as a former supervisor would have, under faketime. */
async function oddClock(siege: Siege): Promise<void> {
  const { world, team, chance } = siege;
  await siege.type("agent", "stop", ODD, "--timeout", "1s", "--team", TEAM);
  const instance = InstanceId.parse(world.workspace.host.newId());
  const member = MemberName.parse(ODD);
  const shift = chance.pick(["+1d", "-1d", "+3s", "-400d"]) ?? "+1d";
  const env = { ...world.env, TZ: chance.pick(["Asia/Kathmandu", "America/Nome"]), LANG: "tr_TR.UTF-8" };
  siege.odd.add(instance);
  const outcome = await team.commit({ op: "start", by: "system", member, instance });
  if (!outcome.ok) return;
  spawn(
    "/usr/bin/env",
    ["faketime", "--exclude-monotonic", "-f", shift, process.execPath, PROGRAM, "agent", "run", ODD],
    {
      cwd: world.project,
      stdio: "ignore",
      detached: true,
      env: {
        ...childEnv(env, { team: TEAM, instance, agent: member, configDir: world.config }),
        PATH: world.env["PATH"],
      },
    },
  ).unref();
  siege.note(`${ODD} began with its clock at ${shift}`);
}

/** F1, F2: its processes must be gone soon, its folder stays away, and a new team of its name has nothing of theirs. */
async function deleteSecondTeam(siege: Siege): Promise<void> {
  const { world } = siege;
  const folder = join(world.config, "teams", SECOND);
  const there = async (): Promise<readonly TeamProcess[]> =>
    (await world.processes()).filter(({ team }) => team === SECOND);
  const old = await there();
  // Somebody may just make a file in a folder that was emptied.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  siege.note("deleted the folder of the second team");
  const isQuick = siege.chance.next() < 0.5;
  if (!isQuick) {
    if (!(await within(GONE_MS, async () => (await there()).length === 0)))
      siege.seen.push(
        `F1 ${(await there()).map(({ agent }) => agent ?? "supervisor").join(", ")} live on without a folder`,
      );
    if (existsSync(folder)) siege.seen.push("F1 the deleted folder was made again");
  }
  const { exit, stderr } = await siege.type("up", "-f", "second.json", "--team", SECOND, "--detach");
  if (exit !== 0) siege.seen.push(`F2 the second team could not be made again: ${exit} ${stderr}`);
  const pids = new Set(old.map(({ identity }) => identity.pid));
  if (!(await within(GONE_MS, async () => !(await there()).some(({ identity }) => pids.has(identity.pid)))))
    siege.seen.push("F2 agents of the deleted team live on in the new one");
}

async function within(ms: number, isTrue: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await isTrue()) return true;
    await pause(200);
  }
  return isTrue();
}
