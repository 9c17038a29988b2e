import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { openHost } from "../../src/base/host.ts";
import { parseScript } from "../../src/scripted/read-script.ts";
import { startScriptedModel } from "../../src/scripted/server.ts";
import type { CliResult } from "./cli-world.ts";
import { watchLeaks } from "./leaks.ts";
import { PERMISSIVE, writePermissive } from "./permissive.ts";
import { tempFolder } from "./temp-folder.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/troupe.js");

export interface CliProcess {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit code; 128 + n is the program's own, null when a signal ended it by force. */
  readonly ended: Promise<number | null>;
}

/** A user with a folder, a configuration and a scripted model; commands are processes from `dist`. */
export interface CliDesk {
  readonly project: string;
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  readonly write: (path: string, text: string) => void;
  /** `more` is laid over the environment. */
  readonly start: (argv: readonly string[], more?: Readonly<Record<string, string>>) => CliProcess;
  readonly troupe: (argv: readonly string[]) => Promise<CliResult>;
}

/** `script`: YAML of `agents:`. Whatever the test leaves running fails it. */
export async function cliDesk(script = "agents:\n  lead: [{ say: Nothing to do. }]\n"): Promise<CliDesk> {
  const folder = tempFolder();
  const testId = watchLeaks(folder);
  const project = join(folder, "hello");
  const config = join(folder, "claude");
  mkdirSync(project);
  writePermissive(config);
  const host = openHost(PROGRAM, project, {});
  const model = await startScriptedModel({ script: parseScript(script, "script.yaml"), host });
  onTestFinished(model.close);
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    ...PERMISSIVE,
    HOME: folder,
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "scripted",
    TROUPE_TEST_ID: testId,
  };

  function start(argv: readonly string[], more: Readonly<Record<string, string>> = {}): CliProcess {
    return startTroupe(argv, { ...env, ...more }, project);
  }

  return {
    project,
    config,
    env,
    write: (path, text) => {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    },
    start,
    troupe: async (argv) => {
      const { ended, stdout, stderr } = start(argv);
      const exit = (await ended) ?? -1;
      return { exit, stdout: stdout(), stderr: stderr() };
    },
  };
}

/** A command from `dist` with exactly this environment; killed when the test ends. */
export function startTroupe(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): CliProcess {
  const child = spawn(process.execPath, [PROGRAM, ...argv], { cwd, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}
