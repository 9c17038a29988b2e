import type { Team } from "./team.ts";

/** Keeps the fold up to date until `signal` aborts: subscribers hear of everything new. Throws what `readOn` throws. */
export async function follow(team: Team, signal: AbortSignal): Promise<void> {
  for await (const _ of team.store.journal.changes(signal)) await team.readOn();
}
