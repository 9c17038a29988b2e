import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { memberNames } from "./agent-process.mjs";
import { killTeams } from "./children.mjs";
import { startModel } from "./model.mjs";
import { createBenchTeam, seedTranscript } from "./ours.mjs";
import { resume } from "./rescue.mjs";
import { sizesOf } from "./sizes.mjs";
import { median } from "./statistics.mjs";
import { wake } from "./turns.mjs";

const FULL = { agents: 16, kilobytes: 5_000, rounds: 5 };
const SMOKE = { agents: 2, kilobytes: 100, rounds: 1 };
const LIMIT_MS = 60_000;

/** A model that answers nobody, and tells when each of so many members has asked it. */
async function waitingModel(agents) {
  let asked = new Set();
  let whenAll;
  const model = await startModel(({ agent, arrivedMs }) => {
    asked.add(agent);
    if (asked.size === agents) whenAll?.(arrivedMs);
    return undefined;
  });
  const all = () =>
    new Promise((resolve, reject) => {
      asked = new Set();
      const late = setTimeout(() => reject(new Error(`only ${asked.size} of ${agents} asked`)), LIMIT_MS);
      whenAll = (ms) => {
        clearTimeout(late);
        resolve(ms);
      };
    });
  return { model, all };
}

async function seedTeam(folder, { agents, kilobytes }) {
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 100, { members: agents, backend: "child" });
  const [first, ...others] = memberNames(agents);
  await seedTranscript(folder, first, kilobytes * 1000);
  const agentFolder = (name) => join(folder, "teams", "bench", "agents", name);
  for (const name of others) cpSync(agentFolder(first), agentFolder(name), { recursive: true });
}

/** P13: from `troupe resume` after `kill -9` of everything until every member's request is at the model. */
export async function resumeTeam(folder, options) {
  const sizes = sizesOf(FULL, SMOKE, options);
  const { agents, kilobytes, rounds } = sizes;
  await seedTeam(folder, sizes);
  const { model, all } = await waitingModel(agents);
  const times = [];
  try {
    // The first time nobody has been alive yet: it is the life that is killed.
    for (const name of memberNames(agents)) await wake(folder, name);
    for (let round = 0; round <= rounds; round++) {
      const began = performance.now();
      const working = all();
      await resume(folder, model.url);
      times.push((await working) - began);
      await killTeams(folder);
    }
  } finally {
    await killTeams(folder);
    model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const again = times.slice(1);
  const ours = { readyMs: median(again), maxMs: Math.max(...again) };
  const row = {
    id: "P13",
    params: { agents, transcriptKb: kilobytes },
    ours,
    target: "all working < 10,000 ms",
    ok: ours.readyMs < 10_000,
  };
  options.progress(row);
  return [row];
}
