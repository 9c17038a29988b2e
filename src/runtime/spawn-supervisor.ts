import type { InstanceId, MemberName } from "../protocol/names.ts";
import type { Started } from "../spawn/backend.ts";
import { childBackend } from "../spawn/child-backend.ts";
import type { Team } from "../team/team.ts";
import { processEnv } from "./process-env.ts";
import { outputSize, supervisorOutput } from "./supervisor-output.ts";
import type { Workspace } from "./workspace.ts";

export interface StartOptions {
  /** Laid over the host's environment; of both only what is on the allow-list of `child-env.ts` reaches a process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Start these only; the others rest until somebody asks for them. */
  readonly only?: readonly MemberName[];
  /** Nobody is there to be asked: a question is denied after so many milliseconds. */
  readonly answerWithinMs?: number;
}

export interface StartedSupervisor {
  readonly started: Started;
  readonly outputPath: string;
  /** Bytes that were there before. */
  readonly from: number;
}

/** Starts the process. It gets what its members' connectors need too: theirs starts from its environment. */
export async function spawnSupervisor(
  { host, configDir }: Workspace,
  team: Team,
  instance: InstanceId,
  options: StartOptions,
): Promise<StartedSupervisor> {
  const outputPath = supervisorOutput(configDir, team.name);
  const from = outputSize(outputPath);
  const state = team.state();
  const given = { ...host.env, ...options.env };
  const names = { team: team.name, instance, configDir };
  const env = await processEnv(given, names, team, state.members.values());
  const started = await childBackend().start({
    argv: [process.execPath, host.program, "supervise"],
    cwd: state.team?.dir ?? host.cwd,
    env: { ...env, ...wishesOf(options) },
    outputPath,
  });
  return { started, outputPath, from };
}

/** What the supervisor is told beside the team's own state. */
function wishesOf({ only, answerWithinMs }: StartOptions): Readonly<Record<string, string>> {
  return {
    ...(only && { TROUPE_ONLY: only.join(",") }),
    ...(answerWithinMs !== undefined && { TROUPE_ANSWER_WITHIN: String(answerWithinMs) }),
  };
}
