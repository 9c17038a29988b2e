import type { Team } from "../team/team.ts";
import { lookForAliens } from "./repair-alien.ts";
import { lookAtCursors } from "./repair-cursors.ts";
import type { Look } from "./repair-decide.ts";
import type { RepairPlace } from "./repair-finding.ts";
import { looksAtFolders } from "./repair-folders.ts";
import { lookAtLease, lookAtProcesses } from "./repair-leftovers.ts";
import { lookAtHeld, lookAtLives, type Repairer } from "./repair-lives.ts";
import { lookAtLocks } from "./repair-locks.ts";
import { lookAtRuns } from "./repair-runs.ts";
import { lookAtSeals } from "./repair-seals.ts";
import { lookAtTemps } from "./repair-temps.ts";

/** What is looked at without a team: its logs may be damaged. */
export function looksAtFiles(place: RepairPlace): readonly Look[] {
  return [...looksAtFolders, lookAtTemps, lookAtSeals, lookAtLocks, lookAtRuns, lookForAliens].map(
    (look) => () => look(place),
  );
}

/** What is looked at once the logs can be read. */
export function looksAtTeam(place: RepairPlace, team: Team, repairer: Repairer): readonly Look[] {
  return [
    // The supervisor that asks has the lease.
    ...(repairer === "doctor" ? [() => lookAtLease(team)] : []),
    () => lookAtLives(team, repairer),
    () => lookAtProcesses(place.configDir, team),
    async () => lookAtHeld(team),
    () => lookAtCursors(place, team),
  ];
}
