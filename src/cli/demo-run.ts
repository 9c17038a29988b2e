import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { readTeamFile } from "../runtime/team-plan.ts";
import { openWorkspace } from "../runtime/workspace.ts";
import type { Context } from "./command.ts";
import { interruptedExit } from "./ending.ts";
import { DemoEndOutput } from "./output.ts";
import { styled } from "./piece.ts";
import { showEnd } from "./run-end.ts";
import { runProgram } from "./run-program.ts";
import { runTeam } from "./run-team.ts";
import { PACKAGE_FOLDER } from "./version.ts";

/** A model that needs no key: its address, and how it ends. */
export interface DemoModel {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface Demo {
  readonly context: Context;
  readonly expression: string;
  readonly keep: boolean;
  /** Starts the scripted model on the script at that path. */
  readonly startModel: (script: string) => Promise<DemoModel>;
}

/** More than twice what it takes on a slow machine: a demo that hangs says so. */
const LIMIT_MS = 90_000;
const FIXTURE = join(PACKAGE_FOLDER, "teams-fixtures", "calculator");

interface Place {
  /** Where the team builds its program. */
  readonly project: string;
  /** Stands in for `~/.claude`. */
  readonly config: string;
}

/**
 * A team on a scripted model in folders of its own, by the same way as `run`; then the program it has built computes
 * `expression`. Answers that program's exit code, or that of a run that failed. Nothing stays unless `keep`.
 */
export async function runDemo(demo: Demo, signal: AbortSignal): Promise<number> {
  const { context, expression, keep } = demo;
  const { screen, flags } = context;
  if (!flags.json) {
    screen.line(
      styled("bold", "scripted model, no AI"),
      ": the answers are prepared; processes, files and messages are real",
    );
    screen.line("");
  }
  const root = await mkdtemp(join(await realpath(tmpdir()), "troupe-demo-"));
  const place = { project: join(root, "calculator"), config: join(root, "claude") };
  try {
    const exit = await runScripted(demo, place, signal);
    return exit === 0 ? await compute(context, place.project, expression, signal) : exit;
  } finally {
    if (keep)
      screen.say(
        styled(
          "dim",
          `kept: ${place.project}; its team: CLAUDE_CONFIG_DIR=${place.config} troupe status calculator`,
        ),
      );
    // A process that was killed may have left something half made: the folder goes in more than one try.
    else await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function runScripted(
  { context, startModel }: Demo,
  place: Place,
  signal: AbortSignal,
): Promise<number> {
  await mkdir(place.project, { mode: 0o700 });
  await mkdir(place.config, { mode: 0o700 });
  await prepareRepository(place.project, context.host, signal);
  const model = await startModel(join(FIXTURE, "script.yaml"));
  try {
    const host = demoHost(context.host, place, model.url);
    const plan = await readTeamFile(join(FIXTURE, "team.json"), place.project);
    let exit = 0;
    const end = await runTeam(
      {
        context,
        workspace: openWorkspace(host),
        plan,
        timeoutMs: LIMIT_MS,
        after: async (team, how) => {
          exit = await showEnd(context, team, how);
        },
      },
      signal,
    );
    return end.reason === "interrupted" ? interruptedExit(signal) : exit;
  } finally {
    await model.close();
  }
}

/** The user's world without its keys and without its teams. */
function demoHost(host: Host, { project, config }: Place, url: string): Host {
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

async function compute(
  { screen, flags, io, host }: Context,
  folder: string,
  expression: string,
  signal: AbortSignal,
): Promise<number> {
  const args = ["bin/calc.js", expression];
  const { exit, stdout, stderr } = await runProgram(process.execPath, args, { folder, host }, signal);
  if (flags.json) {
    const result = exit === 0 ? stdout.trim() : null;
    screen.json(
      DemoEndOutput,
      {
        v: 1,
        at: new Date(host.now()).toISOString(),
        type: "demo.done",
        exit,
        expression,
        result,
        error: stderr.trim() || null,
      },
      "line",
    );
    return exit;
  }
  screen.line("");
  screen.line(
    styled("dim", `$ node bin/calc.js ${JSON.stringify(expression)}   (the program they have just built)`),
  );
  if (stderr.trim() !== "") io.stderr.write(`${stderr.trimEnd()}\n`);
  if (stdout.trim() !== "") screen.text(stdout.trimEnd());
  return exit;
}

