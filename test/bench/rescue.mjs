import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { benchEnv, memberNames, program, startAgents, stopAgents } from "./agent-process.mjs";
import { killTeams } from "./children.mjs";
import { lastOf, startModel } from "./model.mjs";
import { built, createBenchTeam, must, openBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { percentile } from "./statistics.mjs";

const FULL = { agents: 8, rounds: 12 };
const SMOKE = { agents: 3, rounds: 2 };
const LIMIT_MS = 60_000;
const CLAIMED = /You claimed task #(\d+)/;
/** What a claimer is told of a task whose owner died. */
const RESCUED = /owners? died over it|attempts? before you/;

/** The first owner waits for its model until it is killed; whoever rescues the task completes it. */
function patientModel() {
  return startModel(({ body }) => {
    const { texts, tools } = lastOf(body());
    if (tools.length > 0) return { say: "done" };
    const claim = texts.findLast((text) => CLAIMED.test(text));
    if (claim === undefined) return { say: "nothing to do" };
    if (!RESCUED.test(claim)) return undefined;
    const input = { task: Number(CLAIMED.exec(claim)[1]), status: "completed", result: "made" };
    return { calls: [{ tool: "TaskUpdate", input }] };
  });
}

/** Follows the journal and answers when an entry that was asked for has been folded, with the moment of that. */
function follow(team) {
  const stop = new AbortController();
  const reading = (async () => {
    for await (const _ of team.store.journal.changes(stop.signal)) await team.readOn();
  })();
  const when = (wanted, what) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${what} did not come`)), LIMIT_MS);
      const end = team.subscribe(({ entry, verdict }) => {
        if (!verdict.ok || !wanted(entry)) return;
        clearTimeout(late);
        end();
        resolve({ entry, ms: performance.now() });
      });
    });
  return {
    when,
    close: async () => {
      stop.abort();
      await reading;
    },
  };
}

/** Agents that live by themselves: only the others can notice that one is dead. */
async function aloneTeam(folder, agents, url) {
  const lives = new Map();
  const start = async (names) => {
    const { agents: started } = await startAgents(folder, names, url);
    for (const one of started) lives.set(one.name, one);
  };
  await start(memberNames(agents));
  return {
    kill: (name) => lives.get(name).child.kill("SIGKILL"),
    renew: (name) => start([name]),
    stop: () => stopAgents([...lives.values()]),
  };
}

/** The team as `troupe resume` starts it: a supervisor is the agents' parent. */
async function supervisedTeam(folder, agents, url) {
  await resume(folder, url);
  const runOf = (name) =>
    JSON.parse(readFileSync(join(folder, "teams", "bench", "agents", name, "run.json"), "utf8"));
  await allReady(folder, agents);
  return {
    kill: (name) => process.kill(runOf(name).pid, "SIGKILL"),
    // The supervisor starts it again.
    renew: () => allReady(folder, agents),
    stop: () => killTeams(folder),
  };
}

export async function resume(folder, url) {
  const env = benchEnv(folder, url);
  await promisify(execFile)(process.execPath, [program, "resume", "bench"], { cwd: folder, env });
}

async function allReady(folder, agents) {
  const { lifeOf } = await built("runtime/liveness.js");
  const team = await openBenchTeam(folder);
  const end = performance.now() + LIMIT_MS;
  const isAlive = async (name) => {
    const state = await team.readOn();
    return (await lifeOf(team, state.members.get(name))).verdict === "alive";
  };
  try {
    for (const name of memberNames(agents))
      while (!(await isAlive(name)) && performance.now() < end) await pause(5);
  } finally {
    await team.close();
  }
}

/** P12: from `kill -9` of a task's owner until the task is free, and until another agent has claimed it. */
export async function rescue(folder, options) {
  const { agents, rounds } = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const supervised of [false, true]) {
    const times = await measure(`${folder}-${supervised}`, { agents, rounds, supervised });
    const of = (key) => {
      const values = times.map((one) => one[key]);
      return { p50Ms: percentile(values, 0.5), p99Ms: percentile(values, 0.99), count: values.length };
    };
    for (const [until, key] of [
      ["claimable again", "freeMs"],
      ["claimed by another", "claimedMs"],
    ]) {
      const ours = of(key);
      const row = {
        id: "P12",
        params: { agents, supervisor: supervised ? "yes" : "no", until },
        ours,
        target: "p99 < 5,000 ms",
        ok: ours.p99Ms < 5_000,
      };
      options.progress(row);
      rows.push(row);
    }
  }
  return rows;
}

async function measure(folder, { agents, rounds, supervised }) {
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 0, { members: agents, backend: "child" });
  const { createTask } = await built("team/tasks.js");
  const model = await patientModel();
  const lives = await (supervised ? supervisedTeam : aloneTeam)(folder, agents, model.url);
  const team = await openBenchTeam(folder);
  const journal = follow(team);
  const times = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const number = String(round + 1);
      const is = (op) => (entry) => entry.op === op && entry.task === number;
      const claimed = journal.when(is("claim"), "the first claim");
      must(await createTask(team, "user", { subject: `Work ${number}` }));
      const owner = (await claimed).entry.by;
      const free = journal.when(is("release"), "the release");
      const again = journal.when((entry) => is("claim")(entry) && entry.by !== owner, "the second claim");
      const completed = journal.when(is("complete"), "the end of the task");
      const began = performance.now();
      lives.kill(owner);
      times.push({ freeMs: (await free).ms - began, claimedMs: (await again).ms - began });
      await completed;
      await lives.renew(owner);
    }
  } finally {
    await journal.close();
    await team.close();
    await lives.stop();
    model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return times;
}
