import { TroupeError } from "../base/errors.ts";
import type { Party } from "../protocol/names.ts";
import { memberNamed, nearestNames, presentMembers } from "../team/derive.ts";
import type { TeamState } from "../team/state.ts";

/** The party of that name as the team spells it. Throws `agent_not_found` with the nearest names. */
export function partyNamed(state: TeamState, name: string): Party {
  if (name.toLowerCase() === "user") return "user";
  const member = memberNamed(state, name);
  if (member) return member.name;
  const names = presentMembers(state).map((one) => one.name);
  const [near] = nearestNames(name, names);
  throw new TroupeError("agent_not_found", `no agent named "${name}" in team ${state.team?.name ?? ""}`, {
    hint:
      near === undefined
        ? "all names: troupe agent list"
        : `did you mean ${near}? all names: troupe agent list`,
    details: { name, nearest: near ?? null },
  });
}
