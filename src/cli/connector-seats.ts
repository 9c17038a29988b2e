import { existsSync } from "node:fs";
import { TroupeError } from "../base/errors.ts";
import { teamPaths } from "../protocol/paths.ts";
import { configFolder } from "../runtime/config-folder.ts";
import type { ConnectorSeat } from "../runtime/connector-view.ts";
import { memberNamed, presentMembers } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { partyNamed } from "./party-named.ts";
import { planTeam, teamFilePath } from "./plan-team.ts";
import { withTeam } from "./team-session.ts";

/**
 * Whose connectors are meant: those of every member of the team that is meant, the lead first, or of the one that is
 * named. Where no team works in this folder yet: those that the team of `.claude/team.json` would have, or whoever works
 * here. Throws as `withTeam` does when a team is named, and `agent_not_found`.
 */
export async function connectorSeats(
  context: Context,
  agent: string | undefined,
): Promise<readonly ConnectorSeat[]> {
  const { flags, host } = context;
  let seats: readonly ConnectorSeat[] | undefined;
  try {
    await withTeam(context, undefined, async ({ team }) => {
      await team.readOn();
      seats = seatsOf(team, agent);
      return 0;
    });
  } catch (error) {
    const isNamed = flags.team !== undefined || (host.env["TROUPE_TEAM"] ?? "") !== "";
    if (isNamed || !(error instanceof TroupeError && error.code === "team_not_found")) throw error;
  }
  return seats ?? plannedSeats(context, agent);
}

/** Of every member, the lead first, or of the one that is named. */
export function seatsOf(team: Team, agent: string | undefined): readonly ConnectorSeat[] {
  const { team: facts } = team.state();
  if (facts === undefined) return [];
  const named = agent === undefined ? undefined : memberNamed(team.state(), partyNamed(team.state(), agent));
  const members = named === undefined ? presentMembers(team.state()) : [named];
  return members
    .toSorted((one, other) => Number(other.lead) - Number(one.lead))
    .map(({ name, definition }) => ({
      member: name,
      dir: definition.dir ?? facts.dir,
      team: { dir: facts.dir, settings: facts.settings },
      definition,
      folder: teamPaths(configFolder(team.host), team.name).agent(name),
    }));
}

async function plannedSeats(
  { host, screen }: Context,
  agent: string | undefined,
): Promise<readonly ConnectorSeat[]> {
  if (agent !== undefined)
    throw new TroupeError("team_not_found", `no team works in ${host.cwd}, so there is no ${agent}`, {
      hint: "leave --agent out, or name the team: --team NAME",
    });
  if (!existsSync(teamFilePath(host.cwd))) return [{ member: undefined, dir: host.cwd, folder: undefined }];
  const { dir, settings, members } = await planTeam({ host, screen }, { dir: host.cwd, looking: true });
  return members.map(({ name, definition }) => ({
    member: name,
    dir: definition.dir ?? dir,
    team: { dir, settings },
    definition,
    folder: undefined,
  }));
}
