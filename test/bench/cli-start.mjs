import { execFileSync } from "node:child_process";
import { createBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = { tasks: 1_000, rounds: 15 };
const SMOKE = { tasks: 50, rounds: 3 };
const program = new URL("../../bin/troupe.js", import.meta.url).pathname;

function timed(args, env) {
  const before = performance.now();
  execFileSync(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"], maxBuffer: 64 << 20 });
  return performance.now() - before;
}

/** P6: what a call of the command costs, against `node -e 0` in turn. */
export async function cliStart(folder, options) {
  const { tasks, rounds } = sizesOf(FULL, SMOKE, options);
  await createBenchTeam(folder, tasks);
  const env = { PATH: process.env.PATH, HOME: folder, CLAUDE_CONFIG_DIR: folder, TROUPE_TEAM: "bench" };
  const commands = {
    "task list --json": [program, "task", "list", "--json"],
    "send m1 hello": [program, "send", "m1", "hello"],
    "--version": [program, "--version"],
    baseline: ["-e", "0"],
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, args] of Object.entries(commands)) times[name].push(timed(args, env));

  const summary = (name) => ({ p50Ms: median(times[name]), p99Ms: percentile(times[name], 0.99) });
  const baseline = summary("baseline");
  const limit = 1.6 * baseline.p50Ms + 60;
  return Object.keys(commands)
    .filter((name) => name !== "baseline")
    .map((command) => {
      const ours = summary(command);
      const row = {
        id: "P6",
        params: { command: `troupe ${command}`, tasks },
        ours,
        baseline,
        ratio: baseline.p50Ms / ours.p50Ms,
        target: `≤ 1.6x of node -e 0 plus 60 ms: ${Math.round(limit)} ms`,
        ok: ours.p50Ms <= limit,
      };
      options.progress(row);
      return row;
    });
}
