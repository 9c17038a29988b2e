import type { Fs } from "../../src/base/files.ts";
import { nodeFiles } from "../../src/base/node-files.ts";
import { EntryId, InstanceId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { createTeamFolder } from "../../src/store/files/team-folders.ts";
import type { Store } from "../../src/store/store.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { createTask } from "../../src/team/tasks.ts";
import { testHost } from "./test-host.ts";

/** The team that is killed. */
export const KILLED = TeamName.parse("killed");

/** Tasks to begin with: enough for all to want the same ones. */
const TASKS = 60;

/** A new team whose members `w1` … live in worker processes; answers its folder. */
export async function createKillTeam(configDir: string, procs: number): Promise<string> {
  const fs = nodeFiles();
  const instance = InstanceId.parse("creator");
  await createTeamFolder(fs, configDir, KILLED, {
    v: 1,
    op: "team",
    id: EntryId.parse(`${instance}.1`),
    at: "2026-11-20T12:00:00.000Z",
    by: "user",
    team: KILLED,
    instance,
    dir: configDir,
    settings: {},
  });
  const paths = teamPaths(configDir, KILLED);
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

/** The store of that team, for a process of its own disk. */
export function openKilled(
  configDir: string,
  fs: Fs,
  {
    sealBytes = 256 * 1024,
    network = false,
  }: { readonly sealBytes?: number; readonly network?: boolean } = {},
): Promise<Store> {
  const options = { durability: "default", sealBytes, mailSealBytes: sealBytes, network } as const;
  return openFileStore(fs, teamPaths(configDir, KILLED), options);
}
