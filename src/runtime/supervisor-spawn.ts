import { TroupeError } from "../base/errors.ts";
import { InstanceId } from "../protocol/names.ts";
import type { Backend, Exit } from "../spawn/backend.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { exitText } from "./exit-text.ts";
import { processEnv } from "./process-env.ts";
import { agentOutput, lastLines, outputSize } from "./supervisor-output.ts";

/** The processes that this supervisor started; those of an earlier one are found by their `run.json`. */
export interface MemberProcesses {
  /** Announces a life and starts its process; `announced` is a life somebody else has announced. A process that cannot be started counts as one that ended. */
  readonly start: (member: Member, announced?: InstanceId) => Promise<void>;
  /** How that process ended, when it was started here and is over. */
  readonly exitOf: (instance: InstanceId) => string | undefined;
  /** Started here, and not over. */
  readonly isThere: (instance: InstanceId) => boolean;
}

interface Parts {
  readonly configDir: string;
  readonly team: Team;
  readonly backend: Backend;
  /** Called when a process ended. Must not throw. */
  readonly onExit: () => void;
}

interface Run {
  readonly instance: InstanceId;
  readonly outputPath: string;
  /** Bytes that were there before. */
  readonly from: number;
}

export function memberProcesses({ configDir, team, backend, onExit }: Parts): MemberProcesses {
  const { env, program } = team.host;
  const lives = new Map<InstanceId, { exit?: string }>();

  async function spawn(member: Member, instance: InstanceId, dir: string): Promise<void> {
    const outputPath = agentOutput(configDir, team.name, member.name);
    const from = outputSize(outputPath);
    const names = { team: team.name, instance, agent: member.name, configDir };
    const { exited } = await backend.start({
      argv: [process.execPath, program, "agent", "run", member.name],
      cwd: dir,
      env: await processEnv(env, names, team, [member]),
      outputPath,
    });
    lives.set(instance, {});
    // Never rejects; whoever ends after the supervisor is the next one's.
    void noteExit(exited, { instance, outputPath, from });
  }

  async function noteExit(exited: Promise<Exit>, { instance, outputPath, from }: Run): Promise<void> {
    const exit = await exited;
    lives.set(instance, { exit: exitText(exit, lastLines(outputPath, from)) });
    onExit();
  }

  return {
    start: async (member, announced) => {
      const instance = announced ?? InstanceId.parse(team.host.newId());
      if (!announced) {
        const { ok } = await team.commit({ op: "start", by: "system", member: member.name, instance });
        if (!ok) return;
      }
      try {
        await spawn(member, instance, member.definition.dir ?? team.state().team?.dir ?? team.host.cwd);
      } catch (error) {
        if (!(error instanceof TroupeError)) throw error;
        lives.set(instance, { exit: error.message });
        onExit();
      }
    },
    exitOf: (instance) => lives.get(instance)?.exit,
    isThere: (instance) => lives.has(instance) && lives.get(instance)?.exit === undefined,
  };
}
