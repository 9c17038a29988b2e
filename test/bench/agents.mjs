import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { built, createBenchTeam, memberName, openBenchTeam } from "./ours.mjs";
import { median } from "./statistics.mjs";

const FULL = { agents: 16, seconds: 60, rounds: 5 };
const SMOKE = { agents: 2, seconds: 2, rounds: 2 };
const READY_LIMIT_MS = 30_000;
const TICKS_A_SECOND = 100;
const program = new URL("../../bin/troupe.js", import.meta.url).pathname;

/** A model that counts its calls and never answers: idle agents make none. */
async function startSilentModel() {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    response.writeHead(529).end();
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls: () => calls,
    stop: () => server.close(),
  };
}

function startAgent(configDir, name, instance, url) {
  const began = performance.now();
  const child = spawn(process.execPath, [program, "agent", "run", name], {
    cwd: configDir,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: configDir,
      TROUPE_TEAM: "bench",
      TROUPE_AGENT: name,
      TROUPE_INSTANCE: instance,
      CLAUDE_CONFIG_DIR: configDir,
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: "bench",
    },
  });
  const complaints = [];
  child.stderr.on("data", (text) => complaints.push(text));
  const exited = new Promise((resolve) => {
    child.on("exit", resolve);
  });
  return { name, child, began, complaints, exited };
}

/** Ready = its run file names its instance. Milliseconds since the start. */
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

/** A counter of /proc/<pid>/status, in MB. */
function memoryOf(pid, key) {
  const line = new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) / 1024;
}

/** User and system time of a process so far, in seconds. Source: proc(5), fields 14 and 15. */
function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

async function stopAgents(agents) {
  for (const { child } of agents) child.kill("SIGKILL");
  await Promise.all(agents.map(({ exited }) => exited));
}

/** Announces a new life of each member in the journal, as the supervisor does before it starts one. */
async function announce(configDir, count) {
  const team = await openBenchTeam(configDir);
  const instances = [];
  for (let index = 0; index < count; index++) {
    const instance = team.host.newId();
    await team.commit({ op: "start", by: "system", member: memberName(index), instance });
    instances.push(instance);
  }
  await team.close();
  return instances;
}

async function startAll(configDir, count, url) {
  const instances = await announce(configDir, count);
  const agents = instances.map((instance, index) => startAgent(configDir, memberName(index), instance, url));
  try {
    const readyMs = await Promise.all(agents.map((agent) => waitUntilReady(configDir, agent)));
    return { agents, readyMs };
  } catch (error) {
    await stopAgents(agents);
    throw error;
  }
}

async function openTeamFolder(folder) {
  // The program says so itself when it lacks something; without a build there is nothing to start.
  await built("runtime/member.js");
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 0);
}

/** P5: what agents with nothing to do cost. */
export async function idle(folder, { smoke, progress }) {
  const { agents: count, seconds } = smoke ? SMOKE : FULL;
  await openTeamFolder(folder);
  const model = await startSilentModel();
  const { agents } = await startAll(folder, count, model.url);
  try {
    await pause(2_000);
    const before = agents.map(({ child }) => cpuOf(child.pid));
    await pause(seconds * 1_000);
    const used = agents.reduce((sum, { child }, index) => sum + cpuOf(child.pid) - before[index], 0);
    const ours = {
      cpuPercent: (100 * used) / seconds,
      rssMb: median(agents.map(({ child }) => memoryOf(child.pid, "VmRSS"))),
      modelCalls: model.calls(),
    };
    const row = {
      id: "P5",
      params: { agents: count, seconds },
      ours,
      target: "all together < 2 % of one core, 0 model calls",
      ok: ours.cpuPercent < 2 && ours.modelCalls === 0,
    };
    progress(row);
    return [row];
  } finally {
    await stopAgents(agents);
    model.stop();
  }
}

/** P7: memory and start of an agent process before its first turn; and of 16 at once. */
export async function agentStart(folder, { smoke, progress }) {
  const { agents: count, rounds } = smoke ? SMOKE : FULL;
  await openTeamFolder(folder);
  const model = await startSilentModel();
  const alone = [];
  let together;
  try {
    for (let round = 0; round < rounds; round++) {
      const { agents, readyMs } = await startAll(folder, 1, model.url);
      await pause(300);
      alone.push({ readyMs: readyMs[0], rssMb: memoryOf(agents[0].child.pid, "VmRSS") });
      await stopAgents(agents);
    }
    const { agents, readyMs } = await startAll(folder, count, model.url);
    together = Math.max(...readyMs);
    await stopAgents(agents);
  } finally {
    model.stop();
  }
  const ours = {
    readyMs: median(alone.map((one) => one.readyMs)),
    rssMb: median(alone.map((one) => one.rssMb)),
  };
  const rows = [
    {
      id: "P7",
      params: { agents: 1 },
      ours,
      target: "< 90 MB, ready < 500 ms",
      ok: ours.rssMb < 90 && ours.readyMs < 500,
    },
    {
      id: "P7",
      params: { agents: count },
      ours: { readyMs: together },
      target: "all ready < 6,000 ms",
      ok: together < 6_000,
    },
  ];
  for (const row of rows) progress(row);
  return rows;
}
