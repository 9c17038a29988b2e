import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type InstanceId, MemberName } from "../../src/protocol/names.ts";
import type { MemberTeam } from "./member-team.ts";
import { until } from "./until.ts";

export interface MemberProcess {
  readonly instance: InstanceId;
  readonly pid: number;
  /** Ends it and its process group as nothing else does; answers when it is gone. */
  readonly kill: () => Promise<void>;
  readonly terminate: () => Promise<number | null>;
}

/** A life in a process of its own, from `dist`. Answers when it is ready; killed when the test ends. Its clock, not its timers, runs at `speed`. */
export async function memberProcess(members: MemberTeam, name: string, speed = 1): Promise<MemberProcess> {
  const instance = await members.announce(name);
  const program = join(import.meta.dirname, "../fixtures/member-life.mjs");
  const child = spawn(process.execPath, [program, name, instance, String(speed)], {
    env: members.envOf(name),
    cwd: members.dir,
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  const { pid = 0 } = child;
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    killGroup(child, pid);
    await exited;
  };
  onTestFinished(kill);
  const who = MemberName.parse(name);
  await until(async () => (await members.team.store.presence.read(who))?.instance === instance, {
    within: 10_000,
    what: `${name} is ready`,
  });
  return {
    instance,
    pid,
    kill,
    terminate: async () => {
      child.kill("SIGTERM");
      await exited;
      return child.exitCode;
    },
  };
}

/** Its shells belong to groups of their own and end by themselves. */
function killGroup(child: ChildProcess, pid: number): void {
  if (child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGKILL");
}
