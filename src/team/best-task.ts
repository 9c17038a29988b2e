import { type Party, sameName, type TaskId } from "../protocol/names.ts";
import type { Claimer } from "./claim-lanes.ts";
import { presentMember } from "./derive.ts";
import type { Spread } from "./lane.ts";
import type { Member } from "./state.ts";
import type { Team } from "./team.ts";

/** The task that `by` should try now. `tries`: claims that it has lost since it began to look. */
export function bestTask(team: Team, by: Party, tries: number): TaskId | undefined {
  const claimer: Claimer = { name: by, role: presentMember(team.state(), by)?.role };
  for (const id of team.index.candidates(claimer, spreadOf(team, by, tries))) return id;
  return undefined;
}

/**
 * Where `by` begins among equal tasks: its rank among those who are likely to look at the same time. The idle, who
 * have nothing, begin at consecutive tasks. Those who have some take one after another, and each keeps to its share of
 * the range, and so does whoever has just lost: each further loss moves it on by a golden section of the claimers.
 */
function spreadOf(team: Team, by: Party, tries: number): Spread {
  const isBusy = team.index.ownedCount(by) > 0;
  let rank = 0;
  let among = 0;
  for (const member of team.state().members.values()) {
    if (!isClaimer(member) || team.index.ownedCount(member.name) > 0 !== isBusy) continue;
    if (sameName(member.name, by)) rank = among;
    among += 1;
  }
  if (among < 2) return { rank: 0, among: 1, how: "near" };
  const moved = (rank + tries * Math.ceil(among * 0.618)) % among;
  return { rank: moved, among, how: isBusy || tries > 0 ? "far" : "near" };
}

/** Whoever lives and takes tasks by itself; the lead does not. */
function isClaimer({ left, lead, stopping, paused, backend, life }: Member): boolean {
  if (left || lead || stopping || paused) return false;
  return backend === "hand" || (life !== undefined && !life.ended);
}
