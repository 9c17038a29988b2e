import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { runProgram } from "./run-program.ts";
import { PACKAGE_FOLDER } from "./version.ts";

/** The folder of the demo's team file and script. */
export const DEMO_TEAM = join(PACKAGE_FOLDER, "teams-fixtures", "calculator");

export interface DemoPlace {
  /** Where the team builds its program. */
  readonly project: string;
  /** Stands in for `~/.claude`. */
  readonly config: string;
}

/**
 * A script answers nobody's questions: in folders of its own the team may do what it was made for. Its commands are
 * known, so that the demo runs where there is no sandbox too.
 */
const SETTINGS = {
  permissions: { defaultMode: "acceptEdits", allow: ["Bash"] },
  sandbox: { enabled: false },
};

/** Makes both folders, and a git repository of the first. Throws `git_failed`. */
export async function makePlace(
  { project, config }: DemoPlace,
  host: Host,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(project, { mode: 0o700 });
  await mkdir(config, { mode: 0o700 });
  await writeFile(join(config, "settings.json"), `${JSON.stringify(SETTINGS, null, 2)}\n`, { mode: 0o600 });
  await prepareRepository(project, host, signal);
}

/** The user's world without its keys and without its teams. */
export function demoHost(host: Host, { project, config }: DemoPlace, url: string): Host {
  const kept = Object.entries(host.env).filter(([name]) => !/^(ANTHROPIC_|TROUPE_|CLAUDE_|GIT_)/.test(name));
  const env = {
    ...Object.fromEntries(kept),
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "scripted-model-no-key",
  };
  return { ...host, cwd: project, env };
}

/** The team commits its work; who commits is said here, because a fresh machine knows nobody. */
async function prepareRepository(folder: string, host: Host, signal: AbortSignal): Promise<void> {
  for (const args of [
    ["init", "--quiet"],
    ["config", "user.name", "troupe demo"],
    ["config", "user.email", "demo@example.invalid"],
  ]) {
    const { exit, stderr } = await runProgram("git", args, { folder, host }, signal);
    if (exit !== 0)
      throw new TroupeError("git_failed", `git ${args.join(" ")} ended with ${exit}: ${stderr.trim()}`, {
        hint: "the demo needs git on PATH",
      });
  }
}
