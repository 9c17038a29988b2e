import { statSync } from "node:fs";
import { isAbsolute, join, parse } from "node:path";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { nodeFiles } from "../base/node-files.ts";
import { taggedProcesses } from "../base/process-identity.ts";
import { InstanceId, type TeamName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import { openFileStore } from "../store/files/open-file-store.ts";
import { listTeamFolders, removeTeamFolder } from "../store/files/team-folders.ts";
import { openTeam } from "../team/open-team.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";
import { createTeam } from "./create-team.ts";
import type { TeamPlan } from "./team-plan.ts";

/** The teams of one configuration folder, on the real disk: here the parts are put together. */
export interface Workspace {
  readonly host: Host;
  /** `$CLAUDE_CONFIG_DIR`, default `~/.claude`; absolute. */
  readonly configDir: string;
  readonly list: () => Promise<readonly TeamName[]>;
  /** `instance` tags the entries of this process and is new unless given. Throws `team_not_found`, and what the store throws. Close it after use. */
  readonly open: (name: TeamName, instance?: InstanceId) => Promise<Team>;
  /**
   * Makes the team's folder, members and tasks. A team of the same plan whose making was cut off is completed. Throws
   * `name_taken`. Answers the open team.
   */
  readonly create: (plan: TeamPlan) => Promise<Team>;
  /** Deletes everything the team keeps. Throws `already_running` while a process of it lives, `team_not_found`. */
  readonly remove: (name: TeamName) => Promise<void>;
}

/** Throws `state_dir` naming the variable when neither gives a folder to work in. Touches nothing yet. */
export function openWorkspace(host: Host): Workspace {
  const configDir = configFolder(host);
  const fs = nodeFiles();

  async function openWith(
    name: TeamName,
    instance: InstanceId,
    durability: "default" | "power",
  ): Promise<Team> {
    const store = await openFileStore(fs, teamPaths(configDir, name), { durability });
    try {
      return await openTeam(store, host, instance);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async function open(name: TeamName, instance = InstanceId.parse(host.newId())): Promise<Team> {
    const team = await openWith(name, instance, "default");
    // How carefully to write stands in the journal itself.
    if (team.state().team?.settings.durability !== "power") return team;
    await team.close();
    return openWith(name, instance, "power");
  }

  return {
    host,
    configDir,
    list: () => listTeamFolders(fs, configDir),
    open,
    create: (plan) => createTeam({ fs, host, configDir, open }, plan),
    remove: async (name) => {
      await refuseRunning(configDir, name);
      await closeTeam(() => open(name));
      await removeTeamFolder(fs, configDir, name);
    },
  };
}

function configFolder({ env, home }: Host): string {
  const given = env["CLAUDE_CONFIG_DIR"];
  if (given !== undefined && given !== "") return checked(given, "CLAUDE_CONFIG_DIR");
  if (!isAbsolute(home) || home === parse(home).root)
    throw new TroupeError("state_dir", `HOME is "${home}": no folder for the teams`, {
      hint: "set HOME, or CLAUDE_CONFIG_DIR to a folder of yours",
    });
  return checked(join(home, ".claude"), "HOME");
}

/** What is not there yet is made with the first team. */
function checked(folder: string, variable: string): string {
  const why = whyUnusable(folder);
  if (why === undefined) return folder;
  throw new TroupeError("state_dir", `${variable} gives no usable folder: ${folder} ${why}`, {
    hint: `set ${variable} to a folder of yours, as an absolute path`,
    details: { variable, path: folder },
  });
}

function whyUnusable(folder: string): string | undefined {
  if (!isAbsolute(folder)) return "is no absolute path";
  if (folder === parse(folder).root) return "is the root of the file system";
  try {
    const facts = statSync(folder, { throwIfNoEntry: false });
    return facts === undefined || facts.isDirectory() ? undefined : "is no folder";
  } catch (error) {
    if (isErrno(error, "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"))
      return `cannot be looked at (${error.code})`;
    throw error;
  }
}

/** By the tag alone: a team whose journal is damaged has processes too. */
async function refuseRunning(configDir: string, name: TeamName): Promise<void> {
  const processes = await taggedProcesses(teamTag(configDir, name));
  const [first] = processes.filter(
    ({ env, identity }) => env.has("TROUPE_INSTANCE") && identity.pid !== process.pid,
  );
  if (!first) return;
  throw new TroupeError(
    "already_running",
    `team ${name} is running (pid ${first.identity.pid}); nothing was deleted`,
    {
      hint: `troupe down --team ${name}, then delete it`,
      details: { pids: processes.map(({ identity }) => identity.pid) },
    },
  );
}

/** Members that joined by hand stop on this entry. A journal that cannot be read any more is deleted all the same. */
async function closeTeam(open: () => Promise<Team>): Promise<void> {
  try {
    const team = await open();
    await team.commit({ op: "close", by: "user" });
    await team.close();
  } catch (error) {
    const isUnreadable =
      error instanceof TroupeError && (error.code === "journal_damaged" || error.code === "newer_format");
    if (!isUnreadable) throw error;
  }
}
