import { setTimeout as pause } from "node:timers/promises";
import { InstanceId } from "../protocol/names.ts";
import type { Exit, Started } from "../spawn/backend.ts";
import { stopProcess } from "../spawn/stop-process.ts";
import type { Team } from "../team/team.ts";
import { instanceTag } from "./child-env.ts";
import { START_DEADLINE_MS, supervisorOf } from "./liveness.ts";
import { type StartOptions, spawnSupervisor } from "./spawn-supervisor.ts";
import { supervisorFailure } from "./supervisor-failure.ts";
import { alreadySupervised } from "./supervisor-lease.ts";
import { lastLines } from "./supervisor-output.ts";
import type { Workspace } from "./workspace.ts";

/** Between two looks whether the supervisor is there, in ms. */
const LOOK_MS = 20;

/**
 * Starts the team's supervisor as a process that outlives this one, and waits until it has the lease and has said so.
 * Throws `already_running`; `failed` with its last lines when it ended, or was not there within 30 s.
 */
export async function startTeam(workspace: Workspace, team: Team, options: StartOptions = {}): Promise<void> {
  const { host } = workspace;
  await team.readOn();
  const current = await supervisorOf(team);
  if (current && current.verdict !== "dead") throw alreadySupervised(current.lease);
  const instance = InstanceId.parse(host.newId());
  const { started, outputPath, from } = await spawnSupervisor(workspace, team, instance, options);
  const end = await whenSupervised(team, instance, started);
  if (end !== "there") throw supervisorFailure(end, lastLines(outputPath, from));
}

async function whenSupervised(
  team: Team,
  instance: InstanceId,
  { exited, identity }: Started,
): Promise<"there" | "late" | Exit> {
  let exit: Exit | undefined;
  // Never rejects.
  void (async () => {
    exit = await exited;
  })();
  const deadline = performance.now() + START_DEADLINE_MS;
  while (performance.now() < deadline) {
    const state = await team.readOn();
    const isLeased = state.team?.lease?.instance === instance;
    if (isLeased && (await team.store.presence.read(undefined))?.instance === instance) return "there";
    if (exit) return exit;
    await pause(LOOK_MS);
  }
  await stopProcess(
    identity,
    instanceTag(instance),
    { graceMs: 0, termMs: 5_000 },
    new AbortController().signal,
  );
  return "late";
}
