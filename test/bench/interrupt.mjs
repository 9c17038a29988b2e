import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { memberNames, startAgents, stopAgents } from "./agent-process.mjs";
import { startModel } from "./model.mjs";
import { built, createBenchTeam, must, openBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = { rounds: 20 };
const SMOKE = { rounds: 2 };
const LIMIT_MS = 30_000;
const PID_FILE = "command.pid";
/** A command with a child of its own: both have to be gone. */
const COMMAND = `sleep 1000 & echo "$$ $!" > ${PID_FILE}; wait`;

/** What the agent is doing when it is interrupted. */
const WHILE = {
  "the model thinks": () => undefined,
  "a command runs": () => ({ calls: [{ tool: "Bash", input: { command: COMMAND } }] }),
  "a command runs that ignores SIGTERM": () => ({
    calls: [{ tool: "Bash", input: { command: `trap "" TERM; ${COMMAND}` } }],
  }),
};

/** From the user's interrupt until the agent rests, and nothing runs any more that it had started. */
export async function interrupt(folder, options) {
  const { rounds } = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const [what, answer] of Object.entries(WHILE)) {
    const times = await measure(folder, answer, rounds);
    const ours = { p50Ms: median(times), p99Ms: percentile(times, 0.99) };
    const row = {
      id: "interrupt",
      params: { while: what },
      ours,
      target: "p99 < 1,000 ms",
      ok: ours.p99Ms < 1_000,
    };
    options.progress(row);
    rows.push(row);
  }
  rmSync(folder, { recursive: true, force: true });
  return rows;
}

async function measure(folder, answer, rounds) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "settings.json"),
    JSON.stringify({ permissions: { defaultMode: "bypassPermissions" }, sandbox: { enabled: false } }),
  );
  await createBenchTeam(folder, 0, { members: 1, backend: "child", definition: { tools: ["Bash"] } });
  const { sendMessage } = await built("team/mail.js");
  const model = await startModel(answer);
  const { agents } = await startAgents(folder, memberNames(1), model.url);
  const [{ name, complaints }] = agents;
  const team = await openBenchTeam(folder);
  const times = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      must(await sendMessage(team, "user", { to: [name], text: "Go on." }));
      const isBusy = () => (answer() ? pidsIn(folder).length === 2 : model.calls() >= round);
      await until(isBusy, complaints);
      const started = pidsIn(folder);
      const before = performance.now();
      must(await team.commit({ op: "control", by: "user", member: name, what: "interrupt" }));
      await until(() => statusOf(folder, name) === "idle" && started.every(isGone), complaints);
      times.push(performance.now() - before);
      rmSync(join(folder, PID_FILE), { force: true });
    }
  } finally {
    await team.close();
    await stopAgents(agents);
    model.stop();
  }
  return times;
}

function statusOf(folder, name) {
  const path = join(folder, "teams", "bench", "agents", name, "run.json");
  return JSON.parse(readFileSync(path, "utf8")).status;
}

/** The command and its child; [] = it does not run yet. */
function pidsIn(folder) {
  const path = join(folder, PID_FILE);
  return existsSync(path) ? readFileSync(path, "utf8").split(/\s/).filter(Boolean).map(Number) : [];
}

/** A zombie is gone: when it is buried is up to its parent. */
function isGone(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return true;
    throw error;
  }
}

async function until(isTrue, complaints) {
  const end = performance.now() + LIMIT_MS;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`it did not come: ${complaints.join("")}`);
    await pause(1);
  }
}
