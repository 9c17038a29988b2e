import { mkdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { memberNames, startAgents, stopAgents } from "./agent-process.mjs";
import { startModel } from "./model.mjs";
import { built, createBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { median } from "./statistics.mjs";
import { countSystemCalls } from "./system-calls.mjs";

const IDLE = {
  full: [
    { agents: 16, seconds: 60, watchedSeconds: 5 },
    { agents: 64, seconds: 15, watchedSeconds: 5 },
  ],
  smoke: [{ agents: 2, seconds: 1, watchedSeconds: 1 }],
};
const FULL = { agents: 16, rounds: 5 };
const SMOKE = { agents: 2, rounds: 2 };
const TICKS_A_SECOND = 100;

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

async function openTeamFolder(folder, members) {
  // The program says so itself when it lacks something; without a build there is nothing to start.
  await built("runtime/member.js");
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 0, { members, backend: "child" });
}

/** Idle agents are asked nothing: every call of the model counts against them. */
const startSilentModel = () => startModel(() => undefined);

/** P5: what agents with nothing to do cost. */
export async function idle(folder, { smoke, progress }) {
  const rows = [];
  for (const size of smoke ? IDLE.smoke : IDLE.full) {
    rows.push(await idleTeam(`${folder}-${size.agents}`, size));
    progress(rows.at(-1));
  }
  return rows;
}

/** V8 tidies up three times when a process has been quiet for some 8 s (measured: 16 s after its start, 70 to 100 ms): that comes once in a life. */
const TIDIED_MS = 25_000;

async function idleTeam(folder, { agents: count, seconds, watchedSeconds }) {
  await openTeamFolder(folder, count);
  const model = await startSilentModel();
  const { agents } = await startAgents(folder, memberNames(count), model.url);
  try {
    await pause(Math.min(TIDIED_MS, seconds * 1_000));
    const before = agents.map(({ child }) => cpuOf(child.pid));
    await pause(seconds * 1_000);
    const used = agents.reduce((sum, { child }, index) => sum + cpuOf(child.pid) - before[index], 0);
    const counted = await countSystemCalls(agents[0].child.pid, watchedSeconds);
    const ours = {
      cpuPercent: (100 * used) / seconds,
      rssMb: median(agents.map(({ child }) => memoryOf(child.pid, "VmRSS"))),
      modelCalls: model.calls(),
      callsPerSecond: counted?.perSecond,
      calls: counted?.most,
    };
    // The target speaks of 16 agents; each further one may cost as much.
    const most = (2 * Math.max(16, count)) / 16;
    return {
      id: "P5",
      params: { agents: count, seconds },
      ours,
      target: `all together < ${most} % of one core, 0 model calls`,
      ok: ours.cpuPercent < most && ours.modelCalls === 0,
    };
  } finally {
    await stopAgents(agents);
    model.stop();
  }
}

/** P7: memory and start of an agent process before its first turn; and of 16 at once. */
export async function agentStart(folder, options) {
  const { agents: count, rounds } = sizesOf(FULL, SMOKE, options);
  await openTeamFolder(folder, count);
  const model = await startSilentModel();
  const alone = [];
  const together = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const one = await startAgents(folder, memberNames(1), model.url);
      await pause(300);
      alone.push({ readyMs: one.readyMs[0], rssMb: memoryOf(one.agents[0].child.pid, "VmRSS") });
      await stopAgents(one.agents);
      const all = await startAgents(folder, memberNames(count), model.url);
      together.push(Math.max(...all.readyMs));
      await stopAgents(all.agents);
    }
  } finally {
    model.stop();
  }
  const ours = {
    readyMs: median(alone.map((one) => one.readyMs)),
    rssMb: median(alone.map((one) => one.rssMb)),
  };
  const allReadyMs = median(together);
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
      ours: { readyMs: allReadyMs },
      target: "all ready < 6,000 ms",
      ok: allReadyMs < 6_000,
    },
  ];
  for (const row of rows) options.progress(row);
  return rows;
}
