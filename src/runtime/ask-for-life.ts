import { type Actor, InstanceId, type MemberName } from "../protocol/names.ts";
import type { Outcome, Team } from "../team/team.ts";

/**
 * Asks the running supervisor for a new life of a member that has none: one that was stopped or given up. The caller
 * checks that it has none, for a new life takes the place of a running one.
 */
export function askForLife(team: Team, by: Actor, member: MemberName): Promise<Outcome> {
  const instance = InstanceId.parse(team.host.newId());
  return team.commit({ op: "start", by, member, instance });
}
