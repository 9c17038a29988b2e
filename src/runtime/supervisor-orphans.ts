import { setTimeout as pause } from "node:timers/promises";
import { isErrno, TroupeError } from "../base/errors.ts";
import { stopTagged } from "../spawn/stop-process.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";

/** How long members have to notice by themselves that their team is gone, in ms. Source: faults.md F1. */
const GONE_MS = 2_000;

/** The journal vanished, was replaced or damaged under a running team. */
export function isTeamGone(error: unknown): boolean {
  return error instanceof TroupeError ? error.code === "journal_damaged" : isErrno(error, "ENOENT");
}

/**
 * Where the journal is gone nothing can be written, and nobody else is left to end the processes. Only lives of this
 * team's last known state: a new team may have its name and folder by now. Answers how many processes it ended.
 */
export async function endOrphans(configDir: string, team: Team): Promise<number> {
  await pause(GONE_MS);
  const ours = new Set<string>();
  for (const { life } of team.state().members.values()) if (life) ours.add(life.instance);
  return stopTagged(teamTag(configDir, team.name), () => (env) => ours.has(env.get("TROUPE_INSTANCE") ?? ""));
}
