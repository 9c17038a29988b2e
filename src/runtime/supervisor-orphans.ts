import { setTimeout as pause } from "node:timers/promises";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { TeamName } from "../protocol/names.ts";
import { stopTagged } from "../spawn/stop-process.ts";
import { teamTag } from "./child-env.ts";
import { isAgent } from "./stop-team.ts";

/** How long members have to notice by themselves that their team is gone, in ms. Source: faults.md F1. */
const GONE_MS = 2_000;

/** The journal vanished, was replaced or damaged under a running team. */
export function isTeamGone(error: unknown): boolean {
  return error instanceof TroupeError ? error.code === "journal_damaged" : isErrno(error, "ENOENT");
}

/** Where the journal is gone nothing can be written, and nobody else is left to end the processes. Answers how many it ended. */
export async function endOrphans(configDir: string, team: TeamName): Promise<number> {
  await pause(GONE_MS);
  return stopTagged(teamTag(configDir, team), isAgent);
}
