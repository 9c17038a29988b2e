import { setTimeout as pause } from "node:timers/promises";
import { InstanceId, type MemberName } from "../protocol/names.ts";
import type { Exit, Started } from "../spawn/backend.ts";
import { childBackend } from "../spawn/child-backend.ts";
import { stopProcess } from "../spawn/stop-process.ts";
import type { Team } from "../team/team.ts";
import { childEnv, instanceTag } from "./child-env.ts";
import { START_DEADLINE_MS, supervisorOf } from "./liveness.ts";
import { supervisorFailure } from "./supervisor-failure.ts";
import { alreadySupervised } from "./supervisor-lease.ts";
import { lastLines, outputSize, supervisorOutput } from "./supervisor-output.ts";
import type { Workspace } from "./workspace.ts";

/** Between two looks whether the supervisor is there, in ms. */
const LOOK_MS = 20;

export interface StartOptions {
  /** Laid over the host's environment; of both only what is on the allow-list of `child-env.ts` reaches a process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Start these only; the others rest until somebody asks for them. */
  readonly only?: readonly MemberName[];
  /** Nobody is there to be asked: a question is denied after so many milliseconds. */
  readonly answerWithinMs?: number;
}

/**
 * Starts the team's supervisor as a process that outlives this one, and waits until it has the lease and has said so.
 * Throws `already_running`; `failed` with its last lines when it ended, or was not there within 30 s.
 */
export async function startTeam(workspace: Workspace, team: Team, options: StartOptions = {}): Promise<void> {
  const { host, configDir } = workspace;
  const state = await team.readOn();
  const current = await supervisorOf(team);
  if (current && current.verdict !== "dead") throw alreadySupervised(current.lease);
  const outputPath = supervisorOutput(configDir, team.name);
  const from = outputSize(outputPath);
  const instance = InstanceId.parse(host.newId());
  const env = {
    ...childEnv({ ...host.env, ...options.env }, { team: team.name, instance, configDir }),
    ...wishesOf(options),
  };
  const started = await childBackend().start({
    argv: [process.execPath, host.program, "supervise"],
    cwd: state.team?.dir ?? host.cwd,
    env,
    outputPath,
  });
  const end = await whenSupervised(team, instance, started);
  if (end !== "there") throw supervisorFailure(end, lastLines(outputPath, from));
}

/** What the supervisor is told beside the team's own state. */
function wishesOf({ only, answerWithinMs }: StartOptions): Readonly<Record<string, string>> {
  return {
    ...(only && { TROUPE_ONLY: only.join(",") }),
    ...(answerWithinMs !== undefined && { TROUPE_ANSWER_WITHIN: String(answerWithinMs) }),
  };
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
