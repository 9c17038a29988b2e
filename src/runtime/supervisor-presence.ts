import { packageVersion } from "../base/package-version.ts";
import { ownIdentity } from "../base/process-identity.ts";
import type { RunFile } from "../protocol/files.ts";
import type { InstanceId } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";

/** Between two beats, in ms. Source: faults.md §5. */
const BEAT_MS = 10_000;

export interface SupervisorPresence {
  /** Says that it lives, when the last word is 10 s old. */
  readonly beat: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Writes `supervisor/run.json`: from here on it is known which process holds the lease. */
export async function supervisorPresence(
  team: Team,
  instance: InstanceId,
  awakeMs: () => number,
): Promise<SupervisorPresence> {
  const startedAt = new Date(team.host.now()).toISOString();
  const run: RunFile = {
    v: 1,
    ...(await ownIdentity()),
    instance,
    member: null,
    version: packageVersion(),
    startedAt,
    beat: startedAt,
    status: "working",
    since: startedAt,
    task: null,
    model: null,
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 },
    context: { used: 0, max: null },
  };
  await team.store.presence.write(run);
  let lastMs = awakeMs();
  return {
    beat: async () => {
      if (awakeMs() - lastMs < BEAT_MS) return;
      lastMs = awakeMs();
      await team.store.presence.write({ ...run, beat: new Date(team.host.now()).toISOString() });
    },
    remove: () => team.store.presence.remove(undefined, instance),
  };
}
