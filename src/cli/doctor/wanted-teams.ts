import { sameName, type TeamName } from "../../protocol/names.ts";
import type { Context } from "../command.ts";
import { parseTeamName } from "../parse-team-name.ts";
import { unknownTeam } from "../unknown-team.ts";

/** The teams to look at: the one that `--team` names, else all. Throws `team_not_found`. */
export function wantedTeams({ flags }: Context, names: readonly TeamName[]): readonly TeamName[] {
  if (flags.team === undefined) return names;
  const wanted = parseTeamName(flags.team, "--team");
  const teams = names.filter((name) => sameName(name, wanted));
  if (teams.length > 0) return teams;
  throw unknownTeam(wanted, names);
}
