import { TroupeError } from "../base/errors.ts";
import type { TeamName } from "../protocol/names.ts";

/** More would not be read. */
const MAX_NAMES = 8;

/** There is no team `wanted`; `names` are those that there are. */
export function unknownTeam(wanted: TeamName, names: readonly TeamName[]): TroupeError {
  return new TroupeError("team_not_found", `there is no team ${wanted}`, {
    hint: names.length === 0 ? 'there are no teams; start one: troupe up "GOAL"' : `teams: ${listed(names)}`,
    details: { team: wanted, teams: names },
  });
}

/** `one, two and 3 more`. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const shown = names.slice(0, MAX_NAMES).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
