import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openHost } from "../../src/base/host.ts";
import { type FoundProcess, taggedProcesses } from "../../src/base/process-identity.ts";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.ts";
import { mountDisk } from "./chaos-disk.ts";
import { type ChaosModel, chaosModel } from "./chaos-model.ts";
import { commandOf } from "./chaos-samples.ts";
import type { CliResult } from "./cli-world.ts";
import { watchLeaks } from "./leaks.ts";
import { tempFolder } from "./temp-folder.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/troupe.js");
/** A command that takes longer than this is stuck, in ms. */
const COMMAND_MS = 150_000;

/** A process of troupe: an agent, or the supervisor when `agent` is undefined. What agents start is not among them. */
export interface TeamProcess extends FoundProcess {
  readonly team: string;
  readonly agent: string | undefined;
}

/** A user with a project and a configuration folder, a scripted model on loopback, and teams started by the command line. */
export interface ChaosWorld {
  readonly project: string;
  readonly config: string;
  readonly testId: string;
  readonly model: ChaosModel;
  /** True when the configuration folder is a disk of its own, which can be filled. */
  readonly isOwnDisk: boolean;
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string>>;
  /** Types a command; killed and answered with exit -1 when it is stuck. */
  readonly troupe: (argv: readonly string[], more?: Readonly<Record<string, string>>) => Promise<CliResult>;
  readonly writeTeam: (file: string, team: unknown) => string;
  /** The processes of troupe that are there now. */
  readonly processes: () => Promise<readonly TeamProcess[]>;
}

export interface WorldPlan {
  /** As the scripted server reads it. */
  readonly script: unknown;
  /** Put the configuration on a disk of so many MB, where that is allowed. */
  readonly diskMb?: number;
}

export async function chaosWorld({ script, diskMb }: WorldPlan): Promise<ChaosWorld> {
  const folder = tempFolder();
  const config = join(folder, "claude");
  const project = join(folder, "work");
  mkdirSync(config);
  mkdirSync(project);
  const isOwnDisk = diskMb !== undefined && mountDisk(config, diskMb);
  const testId = watchLeaks(folder);
  const model = await chaosModel(folder, script);
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "scripted",
    TROUPE_TEST_ID: testId,
  };

  return {
    project,
    config,
    testId,
    model,
    isOwnDisk,
    env,
    workspace: openWorkspace(openHost(PROGRAM, project, env)),
    troupe: (argv, more = {}) =>
      ended(spawn(process.execPath, [PROGRAM, ...argv], { cwd: project, env: { ...env, ...more } })),
    writeTeam: (file, team) => {
      const path = join(project, file);
      writeFileSync(path, JSON.stringify(team));
      return path;
    },
    processes: async () => (await taggedProcesses({ TROUPE_TEST_ID: testId })).flatMap(asTeamProcess),
  };
}

/** What an agent starts has its variables too; the command line tells them apart. */
function asTeamProcess(found: FoundProcess): TeamProcess[] {
  const { identity, env } = found;
  const team = env.get("TROUPE_TEAM");
  const words = commandOf(identity.pid);
  if (team === undefined || words[1] !== PROGRAM) return [];
  if (words[2] === "supervise") return [{ ...found, team, agent: undefined }];
  return words[2] === "agent" && words[3] === "run" ? [{ ...found, team, agent: words[4] }] : [];
}

async function ended(child: ChildProcess): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), COMMAND_MS);
  const exit = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(-1));
    child.once("close", (code) => resolve(code ?? -1));
  });
  clearTimeout(timer);
  return { exit, stdout, stderr };
}
