import { TroupeError } from "../base/errors.ts";
import type { InstanceId, TeamName } from "../protocol/names.ts";
import type { StopLimits } from "../spawn/stop-process.ts";
import type { Team } from "../team/team.ts";
import { repairTeam } from "./repair.ts";
import { STOP_LIMITS, stopTeam } from "./stop-team.ts";
import { takeLease } from "./supervisor-lease.ts";
import { awakeClock, watchOver } from "./supervisor-loop.ts";
import { endOrphans, isTeamGone } from "./supervisor-orphans.ts";
import { supervisorPresence } from "./supervisor-presence.ts";
import { SUPERVISOR_LIMITS, type SupervisorLimits } from "./supervisor-step.ts";
import type { Workspace } from "./workspace.ts";

export interface SupervisorJob {
  readonly configDir: string;
  readonly team: Team;
  readonly instance: InstanceId;
  readonly limits: SupervisorLimits;
  readonly stopLimits: StopLimits;
}

/**
 * The supervisor process: takes the lease, repairs what a crash left, starts the lead and the teammates, restarts what
 * dies, and stops everybody when the journal or `signal` says so. Answers the exit code. Throws `already_running` when a
 * living supervisor has the lease, `team_not_found`, and what the journal throws. One line an event goes to stderr.
 */
export async function supervise(
  workspace: Workspace,
  teamName: TeamName,
  instance: InstanceId,
  signal: AbortSignal,
): Promise<number> {
  const { configDir } = workspace;
  const team = await workspace.open(teamName, instance);
  const job = { configDir, team, instance, limits: SUPERVISOR_LIMITS, stopLimits: STOP_LIMITS };
  try {
    return await superviseTeam(job, signal);
  } finally {
    await team.close();
  }
}

/**
 * The same on an open team, with limits of the caller's.
 * @public A program of its own may supervise a team; `dist` alone shows who does, so dead-code checks cannot see it.
 */
export async function superviseTeam(job: SupervisorJob, signal: AbortSignal): Promise<number> {
  const { team, instance, configDir, limits } = job;
  const log = createLog(team.host.now);
  await takeLease(team, instance);
  const awakeMs = awakeClock();
  const { beat, remove } = await supervisorPresence(team, instance, awakeMs);
  try {
    for (const line of await repairTeam(configDir, team)) log(line);
    const { why, settled } = await watchOver(
      { configDir, team, instance, limits, awakeMs, beat, log },
      signal,
    );
    if (why === "displaced") throw new TroupeError("conflict", "another supervisor has the team now");
    await stopTeam(job, team, { ...job.stopLimits, by: "system", self: instance });
    await settled();
    const lease = team.state().team?.lease;
    if (lease?.instance === instance) await team.commit({ op: "lapse", by: "system", lease: lease.id });
    return 0;
  } catch (error) {
    if (isTeamGone(error)) log(`the team is gone; ended ${await endOrphans(configDir, team)} processes`);
    throw error;
  } finally {
    await remove();
  }
}

/** The supervisor's stderr is its log file: it has no terminal. */
function createLog(now: () => number): (line: string) => void {
  return (line) => process.stderr.write(`${new Date(now()).toISOString()} ${line}\n`);
}
