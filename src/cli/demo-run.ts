import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTeamFile } from "../runtime/team-plan.ts";
import { openWorkspace } from "../runtime/workspace.ts";
import type { Context } from "./command.ts";
import { compute } from "./demo-compute.ts";
import { DEMO_TEAM, type DemoPlace, demoHost, makePlace } from "./demo-place.ts";
import { interruptedExit } from "./ending.ts";
import { styled } from "./piece.ts";
import { showEnd } from "./run-end.ts";
import { runTeam } from "./run-team.ts";

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
  place: DemoPlace,
  signal: AbortSignal,
): Promise<number> {
  await makePlace(place, context.host, signal);
  const model = await startModel(join(DEMO_TEAM, "script.yaml"));
  try {
    const host = demoHost(context.host, place, model.url);
    const plan = await readTeamFile(join(DEMO_TEAM, "team.json"), place.project);
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
