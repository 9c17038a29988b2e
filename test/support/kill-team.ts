import { join } from "node:path";
import { nodeFiles } from "../../src/base/node-files.ts";
import { EntryId, InstanceId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { createTeamFolder } from "../../src/store/files/team-folders.ts";
import { openMailbox } from "../../src/team/mail.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { createTask } from "../../src/team/tasks.ts";
import { type KillPlan, type KillRun, killAtRandom } from "./kill-harness.ts";
import type { Life } from "./kill-life.ts";
import { testHost } from "./test-host.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const NAME = TeamName.parse("killed");

/** Tasks to begin with: enough for all to want the same ones. */
const TASKS = 60;

/** A new team whose members `w1` … live in worker processes; answers its folder. */
export async function createKillTeam(configDir: string, procs: number): Promise<string> {
  const fs = nodeFiles();
  const instance = InstanceId.parse("creator");
  await createTeamFolder(fs, configDir, NAME, {
    v: 1,
    op: "team",
    id: EntryId.parse(`${instance}.1`),
    at: "2026-11-20T12:00:00.000Z",
    by: "user",
    team: NAME,
    instance,
    dir: configDir,
    settings: {},
  });
  const paths = teamPaths(configDir, NAME);
  const store = await openFileStore(fs, paths, { durability: "default" });
  const team = await openTeam(store, testHost("create"), InstanceId.parse("creator-2"));
  for (let index = 1; index <= procs; index++) {
    const name = MemberName.parse(`w${index}`);
    const joined = await joinMember(team, "user", { name, lead: false, backend: "child", definition: {} });
    if (!joined.ok) throw new Error(`refused: ${JSON.stringify(joined.reason)}`);
  }
  for (let index = 1; index <= TASKS; index++) {
    const created = await createTask(team, "user", { subject: `Task ${index}` });
    if (!created.ok) throw new Error(`refused: ${JSON.stringify(created.reason)}`);
  }
  await team.close();
  return paths.root;
}

/** Runs the worker of `test/fixtures/` in a team; `lie` makes it a known-bad build. When all is quiet, everybody's mail is read to its end. */
export async function killWorkers(
  configDir: string,
  plan: Pick<KillPlan, "procs" | "kills" | "seed"> & { readonly lie?: string },
): Promise<KillRun> {
  const run = await killAtRandom({
    worker: join(FIXTURES, "worker.mjs"),
    reader: join(FIXTURES, "worker-reader.mjs"),
    task: {
      configDir,
      teamName: NAME,
      procs: plan.procs,
      // Small, so that segments are sealed while processes die.
      sealBytes: 256 * 1024,
      lie: plan.lie,
    },
    counts: true,
    procs: plan.procs,
    kills: plan.kills,
    seed: plan.seed,
  });
  const { lives, drained } = await drainKillTeam(configDir, plan.procs);
  return { ...run, lives: [...run.lives, ...lives], drained };
}

/** Reads everybody's mail to its end, as their next lives would. */
export async function drainKillTeam(
  configDir: string,
  procs: number,
): Promise<{ readonly lives: readonly Life[]; readonly drained: readonly string[] }> {
  const readers = Array.from({ length: procs }, (_, index) => MemberName.parse(`w${index + 1}`));
  const lives = await Promise.all(readers.map((reader) => drain(configDir, reader)));
  return { lives, drained: readers.map((reader) => `mail/${reader}`) };
}

/** What the next life of a member would be given, as a life of its own. */
async function drain(configDir: string, member: MemberName): Promise<Life> {
  const store = await openFileStore(nodeFiles(), teamPaths(configDir, NAME), { durability: "default" });
  const lines: string[] = [];
  let complaint = "";
  try {
    const team = await openTeam(store, testHost(`drain-${member}`), InstanceId.parse(`drain-${member}`));
    const seen = new Set<EntryId>();
    const transcript = store.agentLog(member, "transcript");
    for (let at = await transcript.start(), atEnd = false; !atEnd; ) {
      const chunk = await transcript.read(at);
      for (const { entry } of chunk.entries) seen.add(entry.id);
      ({ next: at, atEnd } = chunk);
    }
    const mailbox = await openMailbox(team, member, seen);
    for (const { id } of await mailbox.take()) lines.push(`GOT mail/${member} ${id}`);
  } catch (error) {
    complaint = String(error);
  } finally {
    await store.close();
  }
  return {
    member,
    number: 1_000_000,
    pid: 0,
    lines,
    killed: false,
    code: complaint === "" ? 0 : 1,
    complaint,
    aliveUntil: process.hrtime.bigint(),
    slept: false,
    way: "end",
  };
}
