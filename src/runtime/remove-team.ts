import { TroupeError } from "../base/errors.ts";
import { taggedProcesses } from "../base/process-identity.ts";
import type { TeamName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";

/** By the tag alone: a team whose journal is damaged has processes too. */
export async function refuseRunning(configDir: string, name: TeamName): Promise<void> {
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
export async function closeTeam(open: () => Promise<Team>): Promise<void> {
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
