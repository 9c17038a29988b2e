import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openHost } from "../../src/base/host.ts";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.ts";
import { mountDisk } from "./chaos-disk.ts";
import { type ChaosModel, chaosModel } from "./chaos-model.ts";
import { everyProcess, PROGRAM, type TeamProcess, teamProcesses } from "./chaos-processes.ts";
import type { CliResult } from "./cli-world.ts";
import { watchLeaks } from "./leaks.ts";
import { PERMISSIVE, writePermissive } from "./permissive.ts";
import { tempFolder } from "./temp-folder.ts";

/** A command that takes longer than this is stuck, in ms. */
const COMMAND_MS = 150_000;

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
  /** One line for each process that is there, shells of agents among them. */
  readonly everything: () => Promise<readonly string[]>;
}

export interface WorldPlan {
  /** As the scripted server reads it. */
  readonly script: unknown;
  /** Put the configuration on a disk of so many MB, where that is allowed. */
  readonly diskMb?: number;
  /** The program in place of `bin/troupe.js`, for all processes. */
  readonly program?: string;
  /** Laid over the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function chaosWorld({
  script,
  diskMb,
  program = PROGRAM,
  env: more = {},
}: WorldPlan): Promise<ChaosWorld> {
  const folder = tempFolder();
  const config = join(folder, "claude");
  const project = join(folder, "work");
  mkdirSync(config);
  mkdirSync(project);
  const isOwnDisk = diskMb !== undefined && diskMb > 0 && mountDisk(config, diskMb);
  writePermissive(config);
  const testId = watchLeaks(folder);
  const model = await chaosModel(folder, script);
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    ...PERMISSIVE,
    HOME: folder,
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "scripted",
    TROUPE_TEST_ID: testId,
    ...more,
  };

  return {
    project,
    config,
    testId,
    model,
    isOwnDisk,
    env,
    workspace: openWorkspace(openHost(program, project, env)),
    troupe: (argv, extra = {}) =>
      ended(spawn(process.execPath, [program, ...argv], { cwd: project, env: { ...env, ...extra } })),
    writeTeam: (file, team) => {
      const path = join(project, file);
      writeFileSync(path, JSON.stringify(team));
      return path;
    },
    processes: () => teamProcesses(testId),
    everything: () => everyProcess(testId),
  };
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
