import { setTimeout as pause } from "node:timers/promises";
import { isErrno, TroupeError } from "../base/errors.ts";
import { hints } from "../base/hints.ts";
import { type InstanceId, sameName, type TeamName } from "../protocol/names.ts";
import { childBackend } from "../spawn/child-backend.ts";
import { type StopLimits, stopTagged } from "../spawn/stop-process.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";
import { supervisorOf } from "./liveness.ts";
import { repairTeam } from "./repair.ts";
import { isAgent, STOP_LIMITS, stopTeam } from "./stop-team.ts";
import { supervisorPresence } from "./supervisor-presence.ts";
import { memberProcesses } from "./supervisor-spawn.ts";
import { SUPERVISOR_LIMITS, type SupervisorLimits } from "./supervisor-step.ts";
import { memberWatch } from "./supervisor-watch.ts";
import type { Workspace } from "./workspace.ts";

/** Between two looks, in ms: while something starts or ends, and otherwise at least, however many entries come. */
const LOOK_BUSY_MS = 100;
const LOOK_MS = 50;
/** Longest step of the awake clock, in ms: what is longer was sleep or SIGSTOP. */
const AWAKE_STEP_MS = 2_000;
/** How long members have to notice by themselves that their team is gone, in ms. Source: faults.md F1. */
const GONE_MS = 2_000;

export interface SupervisorJob {
  readonly workspace: Workspace;
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
  const team = await workspace.open(teamName, instance);
  const job = { workspace, team, instance, limits: SUPERVISOR_LIMITS, stopLimits: STOP_LIMITS };
  try {
    return await superviseTeam(job, signal);
  } finally {
    await team.close();
  }
}

/** The same on an open team, with limits of the caller's. */
export async function superviseTeam(job: SupervisorJob, signal: AbortSignal): Promise<number> {
  const { team, instance, workspace } = job;
  await takeLease(team, instance);
  const awakeMs = awakeClock();
  const presence = await supervisorPresence(team, instance, awakeMs);
  try {
    for (const line of await repairTeam(workspace.configDir, team)) log(line);
    const why = await watchOver(job, { awakeMs, beat: presence.beat }, signal);
    if (why === "displaced") throw new TroupeError("conflict", "another supervisor has taken over the team");
    await stopTeam(workspace, team, { ...job.stopLimits, by: "system", self: instance });
    const lease = team.state().team?.lease;
    if (lease?.instance === instance) await team.commit({ op: "lapse", by: "system", lease: lease.id });
    return 0;
  } catch (error) {
    await endWithTeam(job, error);
    throw error;
  } finally {
    await presence.remove();
  }
}

/** The lease of a dead supervisor is replaced; of two who do so at once the first in the journal has it. */
async function takeLease(team: Team, instance: InstanceId): Promise<void> {
  await team.readOn();
  const current = await supervisorOf(team);
  if (current && current.verdict !== "dead") throw alreadySupervised(current.lease);
  const outcome = await team.commit({
    op: "lease",
    by: "system",
    instance,
    pid: process.pid,
    ...(current ? { replaces: current.lease.id } : {}),
  });
  if (outcome.ok) return;
  if (outcome.reason.kind === "supervised") throw alreadySupervised(outcome.reason.lease);
  const { code, message } = refusalText(outcome.reason);
  throw new TroupeError(code, message);
}

/** What the second supervisor hears, and whoever wants to start one. */
export function alreadySupervised({ pid, at }: { readonly pid: number; readonly at: string }): TroupeError {
  return new TroupeError("already_running", `already supervised by pid ${pid} since ${at}`, {
    hint: "troupe status, or troupe down to end it",
    details: { pid, since: at },
  });
}

interface Pulse {
  readonly awakeMs: () => number;
  readonly beat: () => Promise<void>;
}

async function watchOver(
  { workspace, team, instance, limits }: SupervisorJob,
  { awakeMs, beat }: Pulse,
  signal: AbortSignal,
): Promise<"stop" | "displaced"> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let ring = (): void => undefined;
  const processes = memberProcesses({
    configDir: workspace.configDir,
    team,
    backend: childBackend(),
    onExit: () => ring(),
  });
  const isChosen = chosen(workspace.host.env["TROUPE_ONLY"]);
  const watch = memberWatch({ team, processes, limits, awakeMs, isChosen, log, ring: () => ring() });
  const looks = hints((hint) => {
    ring = hint;
    // Never rejects: `changes` does not throw.
    void forward(team.store.journal.changes(either), hint);
    return () => undefined;
  }, either);
  try {
    for await (const _ of looks) {
      const why = whyOver(await team.readOn(), instance);
      if (why) return why;
      await watch.look();
      await beat();
      if (watch.isBusy()) ring();
      await pause(watch.isBusy() ? LOOK_BUSY_MS : LOOK_MS);
    }
    return "stop";
  } finally {
    over.abort();
    await watch.close();
  }
}

function whyOver({ team }: TeamState, instance: InstanceId): "stop" | "displaced" | undefined {
  if (!team || team.closed || team.stopping) return "stop";
  return team.lease?.instance === instance ? undefined : "displaced";
}

async function forward(changes: AsyncIterable<void>, hint: () => void): Promise<void> {
  for await (const _ of changes) hint();
}

/** `TROUPE_ONLY=ada,bob`: the others rest until somebody asks for them. */
function chosen(only: string | undefined): (member: Member) => boolean {
  if (only === undefined || only === "") return () => true;
  const names = only.split(",");
  return ({ name }) => names.some((one) => sameName(one, name));
}

/** Where the journal is gone there is nothing left to write to, and nobody else to end its processes. */
async function endWithTeam({ workspace, team }: SupervisorJob, error: unknown): Promise<void> {
  const isGone = error instanceof TroupeError ? error.code === "journal_damaged" : isErrno(error, "ENOENT");
  if (!isGone) return;
  await pause(GONE_MS);
  await stopTagged(teamTag(workspace.configDir, team.name), isAgent);
}

/** Milliseconds since its making, in steps that a sleep of the machine, or of this process, cannot make long. */
function awakeClock(): () => number {
  let awakeMs = 0;
  let lastMs = performance.now();
  return () => {
    const nowMs = performance.now();
    awakeMs += Math.min(nowMs - lastMs, AWAKE_STEP_MS);
    lastMs = nowMs;
    return awakeMs;
  };
}

/** The supervisor's stderr is its log file: it has no terminal. */
function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}
