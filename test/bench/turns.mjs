import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { memberNames, startAgents, stopAgents } from "./agent-process.mjs";
import { startChild } from "./children.mjs";
import { startModel } from "./model.mjs";
import { built, createBenchTeam, must, openBenchTeam, seedTranscript } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = { kilobytes: [10, 100, 1_000, 5_000], rounds: 5, turns: 40 };
const SMOKE = { kilobytes: [10], rounds: 1, turns: 5 };
/** Replies at the beginning of each life that are not measured: whoever compiles code then is the runtime. */
const WARM_UP = 3;
const LIMIT_MS = 600_000;
const SMALL_FILE = "small.txt";

/** What a busy agent does between two requests: ten calls, two of which write files and one of which goes to the team. */
function tenCalls(turn) {
  const read = { tool: "Read", input: { file_path: SMALL_FILE } };
  return [
    ...Array.from({ length: 5 }, () => read),
    { tool: "Glob", input: { pattern: "*.txt" } },
    { tool: "TaskList", input: {} },
    { tool: "Write", input: { file_path: `out/a-${turn}.txt`, content: "a line\n".repeat(20) } },
    { tool: "Write", input: { file_path: `out/b-${turn}.txt`, content: "a line\n".repeat(20) } },
    { tool: "TaskCreate", input: { subject: `turn ${turn}`, role: "nobody" } },
  ];
}

/** A model that replies with ten calls `turns` times, and measures from its last byte to the next request. */
async function measuringModel(turns) {
  const overheads = [];
  const bodies = [];
  let turn = 0;
  let sentMs;
  let finished;
  const done = new Promise((resolve) => {
    finished = resolve;
  });
  const model = await startModel(({ arrivedMs, wholeMs, bytes }) => {
    if (turn > WARM_UP) overheads.push({ headMs: arrivedMs - sentMs, wholeMs: wholeMs - sentMs });
    if (turn === 0) bodies.push(bytes);
    turn += 1;
    if (turn > turns + WARM_UP) {
      finished();
      return { say: "done" };
    }
    return {
      calls: tenCalls(turn),
      sent: (ms) => {
        sentMs = ms;
      },
    };
  });
  return { model, overheads, bodies, done };
}

function prepare(folder) {
  writeFileSync(
    join(folder, "settings.json"),
    JSON.stringify({ permissions: { defaultMode: "bypassPermissions" }, sandbox: { enabled: false } }),
  );
  mkdirSync(join(folder, "out"), { recursive: true });
  writeFileSync(join(folder, SMALL_FILE), "a line of text\n".repeat(15));
}

/** One life of a real agent on a transcript of that size, woken by a message. */
async function ourRound(folder, kilobytes, turns) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 0, { members: 2, backend: "child" });
  await seedTranscript(folder, "m1", kilobytes * 1000);
  prepare(folder);
  const { model, overheads, bodies, done } = await measuringModel(turns);
  const { complaints } = await runWoken(folder, model, done);
  if (overheads.length < turns) throw new Error(`the agent ended early: ${complaints.join("")}`);
  return { overheads, first: bodies[0] };
}

/** One agent with a message to begin on, until `done`, its end, or ten minutes; answers it. The model stops with it. */
export async function runWoken(folder, model, done) {
  const { agents } = await startAgents(folder, memberNames(1), model.url);
  const [agent] = agents;
  try {
    await wake(folder, agent.name);
    await Promise.race([done, agent.exited, pause(LIMIT_MS, undefined, { ref: false })]);
  } finally {
    await stopAgents(agents);
    model.stop();
  }
  return agent;
}

export async function wake(folder, name) {
  const { sendMessage } = await built("team/mail.js");
  const team = await openBenchTeam(folder);
  must(await sendMessage(team, "user", { to: [name], text: "Go on." }));
  await team.close();
}

/** The same conversation in a bare loop on the same SDK. */
async function baselineRound(folder, first, turns) {
  prepare(folder);
  const request = join(folder, "request.json");
  writeFileSync(request, first);
  const { model, overheads, done } = await measuringModel(turns);
  const loop = new URL("bare-loop.mjs", import.meta.url).pathname;
  const child = startChild([loop, model.url, request], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = new Promise((resolve) => {
    child.on("exit", resolve);
  });
  try {
    await Promise.race([done, exited]);
  } finally {
    child.kill("SIGKILL");
    await exited;
    model.stop();
  }
  return overheads;
}

function summary(rounds) {
  const of = (share, key) =>
    median(
      rounds.map((overheads) =>
        percentile(
          overheads.map((one) => one[key]),
          share,
        ),
      ),
    );
  return { p50Ms: of(0.5, "headMs"), p99Ms: of(0.99, "headMs"), wholeMs: of(0.5, "wholeMs") };
}

/** P8: everything ours between the model's last byte and the next request, with ten tool calls. */
export async function turnOverhead(folder, options) {
  const { kilobytes: sizes, rounds, turns } = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const kilobytes of sizes) {
    const results = { ours: [], baseline: [] };
    for (let round = 0; round < rounds; round++) {
      const { overheads, first } = await ourRound(folder, kilobytes, turns);
      results.ours.push(overheads);
      results.baseline.push(await baselineRound(folder, first, turns));
    }
    const [ours, baseline] = [summary(results.ours), summary(results.baseline)];
    const row = {
      id: "P8",
      params: { transcriptKb: kilobytes, calls: 10 },
      ours,
      baseline,
      ratio: baseline.p50Ms / ours.p50Ms,
      p99Ratio: baseline.p99Ms / ours.p99Ms,
      target: kilobytes > 1_000 ? "shown" : "p99 < 15 ms",
      ok: kilobytes > 1_000 || ours.p99Ms < 15,
    };
    options.progress(row);
    rows.push(row);
  }
  rmSync(folder, { recursive: true, force: true });
  return rows;
}
