import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startChild } from "./children.mjs";
import { memberName, openBenchTeam } from "./ours.mjs";

const READY_LIMIT_MS = 120_000;
export const program = new URL("../../bin/troupe.js", import.meta.url).pathname;

/** What a process of the team `bench` below `configDir` is started with. */
export function benchEnv(configDir, url) {
  return {
    PATH: process.env.PATH,
    HOME: configDir,
    TROUPE_TEAM: "bench",
    CLAUDE_CONFIG_DIR: configDir,
    // A bench waits for nobody: what its agents do is not asked about.
    IS_SANDBOX: "1",
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "bench",
  };
}

function startAgent(configDir, name, instance, url) {
  const began = performance.now();
  const child = startChild([program, "agent", "run", name], {
    cwd: configDir,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...benchEnv(configDir, url), TROUPE_AGENT: name, TROUPE_INSTANCE: instance },
  });
  const complaints = [];
  child.stderr.on("data", (text) => complaints.push(text));
  const exited = new Promise((resolve) => {
    child.on("exit", resolve);
  });
  return { name, child, began, complaints, exited };
}

/** Ready = its run file names its process. Milliseconds since the start. */
async function waitUntilReady(configDir, { name, child, began, complaints }) {
  const path = join(configDir, "teams", "bench", "agents", name, "run.json");
  while (performance.now() - began < READY_LIMIT_MS) {
    if (existsSync(path) && JSON.parse(readFileSync(path, "utf8")).pid === child.pid)
      return performance.now() - began;
    if (child.exitCode !== null) break;
    await pause(2);
  }
  throw new Error(`agent ${name} did not come up (code ${child.exitCode}): ${complaints.join("")}`);
}

/** Announces a new life of each member in the journal, as the supervisor does before it starts one. */
async function announce(configDir, names) {
  const team = await openBenchTeam(configDir);
  const instances = [];
  for (const member of names) {
    const instance = team.host.newId();
    await team.commit({ op: "start", by: "system", member, instance });
    instances.push(instance);
  }
  await team.close();
  return instances;
}

/** Agent processes of these members, all ready. */
export async function startAgents(configDir, names, url) {
  const instances = await announce(configDir, names);
  const agents = names.map((name, index) => startAgent(configDir, name, instances[index], url));
  try {
    const readyMs = await Promise.all(agents.map((agent) => waitUntilReady(configDir, agent)));
    return { agents, readyMs };
  } catch (error) {
    await stopAgents(agents);
    throw error;
  }
}

export const memberNames = (count) => Array.from({ length: count }, (_, index) => memberName(index));

export async function stopAgents(agents) {
  for (const { child } of agents) child.kill("SIGKILL");
  await Promise.all(agents.map(({ exited }) => exited));
}
