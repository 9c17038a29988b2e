import { deathWatch } from "../../src/runtime/liveness.ts";
import { roster } from "../../src/runtime/roster.ts";
import { sweep } from "../../src/team/rescue.ts";
import type { Team } from "../../src/team/team.ts";

/** How the first member is shown to somebody who looks now, and how many tasks that look takes from owners it finds dead. */
export async function shownAndFreed(
  team: Team,
): Promise<{ readonly shown: string | undefined; readonly freed: number }> {
  await team.readOn();
  const [first] = await roster(team);
  const freed = await sweep(team, "system", deathWatch(team));
  return { shown: first?.state, freed: freed.length };
}
