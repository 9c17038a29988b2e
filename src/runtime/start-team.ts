import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { TroupeError } from "../base/errors.ts";
import { type Actor, InstanceId, type MemberName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Exit, Started } from "../spawn/backend.ts";
import { childBackend } from "../spawn/child-backend.ts";
import { stopProcess } from "../spawn/stop-process.ts";
import type { Outcome, Team } from "../team/team.ts";
import { childEnv, instanceTag } from "./child-env.ts";
import { START_DEADLINE_MS, supervisorOf } from "./liveness.ts";
import { alreadySupervised } from "./supervisor.ts";
import { lastLines, outputSize } from "./supervisor-output.ts";
import { exitText, makeFolder } from "./supervisor-spawn.ts";
import type { Workspace } from "./workspace.ts";

/** Between two looks whether the supervisor is there, in ms. */
const LOOK_MS = 20;

export interface StartOptions {
  /** Laid over the host's environment; of both only what is on the allow-list of `child-env.ts` reaches a process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Start these only; the others rest until somebody asks for them. */
  readonly only?: readonly MemberName[];
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
  const folder = teamPaths(configDir, team.name).supervisor;
  makeFolder(folder);
  const outputPath = join(folder, "output.log");
  const from = outputSize(outputPath);
  const instance = InstanceId.parse(host.newId());
  const env = childEnv({ ...host.env, ...options.env }, { team: team.name, instance, configDir });
  const started = await childBackend().start({
    argv: [process.execPath, host.program, "supervise"],
    cwd: state.team?.dir ?? host.cwd,
    env: options.only ? { ...env, TROUPE_ONLY: options.only.join(",") } : env,
    outputPath,
  });
  const end = await whenSupervised(team, instance, started);
  if (end !== "there") throw notStarted(end, lastLines(outputPath, from));
}

async function whenSupervised(
  team: Team,
  instance: InstanceId,
  { exited, identity }: Started,
): Promise<"there" | "late" | Exit> {
  let exit: Exit | undefined;
  // Never rejects.
  void exited.then((how) => {
    exit = how;
  });
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

function notStarted(end: "late" | Exit, lines: readonly string[]): TroupeError {
  const error = lines.findLast((line) => line.startsWith("error: "))?.slice("error: ".length);
  const hint = lines.findLast((line) => line.startsWith("hint: "))?.slice("hint: ".length);
  const given = { details: { output: lines }, ...(hint === undefined ? {} : { hint }) };
  // Somebody else's supervisor was first while ours came up.
  const first = lines.find((line) => line.includes("already supervised by"));
  if (first !== undefined) return new TroupeError("already_running", error ?? first, given);
  const how =
    end === "late" ? `was not there within ${START_DEADLINE_MS / 1000} s` : `ended: ${exitText(end, [])}`;
  const words = error ?? lines.at(-1);
  return new TroupeError("failed", `the supervisor ${how}${words === undefined ? "" : `: ${words}`}`, given);
}

/**
 * Asks the running supervisor for a new life of a member that has none: one that was stopped or given up. The caller
 * checks that it has none, for a new life takes the place of a running one.
 */
export function askForLife(team: Team, by: Actor, member: MemberName): Promise<Outcome> {
  const instance = InstanceId.parse(team.host.newId());
  return team.commit({ op: "start", by, member, instance });
}
