import type { Fs } from "../base/files.ts";
import type { Host } from "../base/host.ts";
import { nodeFiles } from "../base/node-files.ts";
import { InstanceId, type TeamName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import { openFileStore } from "../store/files/open-file-store.ts";
import { openTeam } from "../team/open-team.ts";
import type { Team } from "../team/team.ts";
import { configFolder } from "./config-folder.ts";
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
  /** Ends a deletion that was cut short, when the team was out of the way already; false when there is none. */
  readonly finishRemoval: (name: TeamName) => Promise<boolean>;
}

/** Throws `state_dir` naming the variable when neither gives a folder to work in. Touches nothing yet. */
export function openWorkspace(host: Host, fs: Fs = nodeFiles()): Workspace {
  const configDir = configFolder(host);

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
    // Loaded when they are needed: most commands open one team that they know, and are over in the time this takes.
    list: async () => {
      const { listTeamFolders } = await import("../store/files/team-folders.ts");
      return listTeamFolders(fs, configDir);
    },
    open,
    create: async (plan) => {
      const { createTeam } = await import("./create-team.ts");
      return createTeam({ fs, host, configDir, open }, plan);
    },
    remove: async (name) => {
      const { closeTeam, refuseRunning } = await import("./remove-team.ts");
      const { removeTeamFolder } = await import("../store/files/team-folders.ts");
      await refuseRunning(configDir, name);
      await closeTeam(() => open(name));
      await removeTeamFolder(fs, configDir, name);
    },
    finishRemoval: async (name) => {
      const { finishRemoval } = await import("../store/files/team-folders.ts");
      return finishRemoval(fs, configDir, name);
    },
  };
}
