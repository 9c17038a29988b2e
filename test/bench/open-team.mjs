import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { built, createBenchTeam, memberName, must, openBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = {
  teams: [{ tasks: 100 }, { tasks: 1_000 }, { tasks: 10_000 }, { tasks: 10_000, entries: 100_000 }],
  rounds: 5,
};
const MOST_MS = 250;
const SMOKE = { teams: [{ tasks: 100 }, { tasks: 100, entries: 500 }], rounds: 2 };

/** Tasks that are claimed, noted on and given back until the journal has so many entries. */
async function addEntries(configDir, tasks, entries) {
  const { claimTask, noteTask, releaseTask } = await built("team/tasks.js");
  const team = await openBenchTeam(configDir);
  const me = memberName(0);
  for (let made = tasks; made < entries; made += 3) {
    const id = String(1 + ((made * 10) % tasks));
    must(await claimTask(team, me, id));
    // A member may not write so much.
    must(await noteTask(team, "user", id, "Looked at it."));
    must(await releaseTask(team, me, id));
  }
  await team.close();
}

function openOnce(side, configDir) {
  const program = new URL("open-once.mjs", import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, [program, side, configDir], { encoding: "utf8" }));
}

/** Cold start: how long a process needs to know its team, with a snapshot and without. */
export async function openCost(folder, options) {
  const { teams, rounds } = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const { tasks, entries = tasks } of teams) {
    const configDir = `${folder}-${tasks}-${entries}`;
    await createBenchTeam(configDir, tasks);
    await addEntries(configDir, tasks, entries);
    for (const withSnapshot of [true, false]) {
      const results = await measure(configDir, withSnapshot, rounds);
      rows.push(rowOf({ tasks, entries, snapshot: withSnapshot ? "yes" : "no" }, results));
      options.progress(rows.at(-1));
    }
    rmSync(configDir, { recursive: true, force: true });
  }
  return rows;
}

async function measure(configDir, withSnapshot, rounds) {
  const results = { ours: [], raw: [] };
  for (let round = 0; round < rounds; round++)
    for (const [side, found] of Object.entries(results)) {
      // Each time: whoever opens 1,000 entries or more without a snapshot writes one.
      await (withSnapshot ? saveSnapshot(configDir) : removeSnapshot(configDir));
      found.push(openOnce(side, configDir));
    }
  return results;
}

function removeSnapshot(configDir) {
  rmSync(join(configDir, "teams", "bench", "journal", "snapshot.json"), { force: true });
}

async function saveSnapshot(configDir) {
  const { openJournalReader } = await built("team/journal-reader.js");
  const team = await openBenchTeam(configDir);
  const reader = await openJournalReader(team.store);
  await reader.readOn();
  await reader.saveSnapshot();
  await team.close();
}

function summary(results) {
  const times = results.map(({ ms }) => ms);
  const rssMb = median(results.map((one) => one.rssMb));
  return { p50Ms: median(times), p99Ms: percentile(times, 0.99), rssMb };
}

function rowOf(params, results) {
  const [ours, raw] = [summary(results.ours), summary(results.raw)];
  const ofRaw = raw.p50Ms / ours.p50Ms;
  // Reading 100,000 entries must cost a snapshot, not 100,000 lines.
  const isJudged = params.entries >= 100_000 && params.snapshot === "yes";
  const target = isJudged ? `< ${MOST_MS} ms` : "shown";
  return { id: "open", params, ours, raw, ofRaw, target, ok: !isJudged || ours.p50Ms < MOST_MS };
}
