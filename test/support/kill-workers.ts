import { join } from "node:path";
import { bundled } from "./kill-bundle.ts";
import { drainKillTeam } from "./kill-drain.ts";
import { type KillPlan, type KillRun, killAtRandom } from "./kill-harness.ts";
import { KILLED } from "./kill-team.ts";

const READER = join(import.meta.dirname, "../fixtures/worker-reader.mjs");

/** Runs the worker of `test/fixtures/` in a team; `lie` makes it a known-bad build. When all is quiet, everybody's mail is read to its end. */
export async function killWorkers(
  configDir: string,
  plan: Pick<KillPlan, "procs" | "kills" | "seed"> & { readonly lie?: string },
): Promise<KillRun> {
  const run = await killAtRandom({
    worker: await bundled("worker.mjs"),
    reader: READER,
    task: {
      configDir,
      teamName: KILLED,
      procs: plan.procs,
      // Small, so that segments are sealed while processes die.
      sealBytes: 256 * 1024,
      lie: plan.lie,
    },
    counts: true,
    procs: plan.procs,
    kills: plan.kills,
    seed: plan.seed,
  });
  const { lives, drained } = await drainKillTeam(configDir, plan.procs);
  return { ...run, lives: [...run.lives, ...lives], drained };
}
