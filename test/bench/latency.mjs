import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { arrayInbox } from "./array-inbox.mjs";
import { createBenchTeam, memberName } from "./ours.mjs";
import { startPool } from "./pool.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = {
  // `deaf`: measured with every watch event dropped too.
  teams: [
    { procs: 2, seconds: 3, deaf: false },
    { procs: 16, seconds: 3, deaf: true },
    { procs: 64, seconds: 3, deaf: false },
  ],
  rounds: 5,
  burst: 100,
  settleMs: 1_500,
};
const SMOKE = { teams: [{ procs: 2, seconds: 2, deaf: true }], rounds: 1, burst: 10, settleMs: 1_200 };
export const POLL_MS = 1_000;

function figures(reports, key) {
  const latencies = reports.flatMap((report) => report.latencies[key]);
  return {
    p50Ms: percentile(latencies, 0.5) / 1000,
    p99Ms: percentile(latencies, 0.99) / 1000,
    maxMs: Math.max(...latencies) / 1000,
    count: latencies.length,
  };
}

function summary(rounds, key) {
  const each = rounds.map((reports) => figures(reports, key));
  const of = (name) => median(each.map((one) => one[name]));
  const sent = rounds.flat().reduce((sum, report) => sum + report.sent, 0);
  const received = rounds
    .flat()
    .flatMap((report) => Object.values(report.latencies))
    .reduce((sum, { length }) => sum + length, 0);
  return {
    p50Ms: of("p50Ms"),
    p99Ms: of("p99Ms"),
    maxMs: of("maxMs"),
    count: of("count"),
    lost: sent - received,
  };
}

/** A fresh team, or a fresh folder of inboxes, for one round of one side. */
export async function freshPlace(folder, { impl, members }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (impl === "ours") await createBenchTeam(folder, 0, { members });
  else
    for (let index = 0; index < members; index++)
      arrayInbox(join(folder, `${memberName(index)}.json`)).create([]);
}

/** One round of one side. */
async function round(pool, folder, spec) {
  await freshPlace(folder, spec);
  const { reports } = await pool.run({ ...spec, workload: "delivery", folder, pollMs: POLL_MS });
  return reports;
}

function rowOf(params, ours, baseline, judge) {
  const ratio = baseline.p50Ms / ours.p50Ms;
  const p99Ratio = baseline.p99Ms / ours.p99Ms;
  return { id: "P3", params, ours, baseline, ratio, p99Ratio, ...judge({ ours, ratio }) };
}

/** P3: from the call of `send` to the receiver's callback, watched and with every watch event dropped, against polling. */
export async function delivery(folder, options) {
  const sizes = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const team of sizes.teams) {
    const measured = rowsOf(await measure(folder, { ...sizes, ...team }), { ...sizes, ...team });
    for (const row of measured) options.progress(row);
    rows.push(...measured);
  }
  return rows;
}

async function measure(folder, { procs, rounds, seconds, burst, settleMs, deaf }) {
  const spec = { seconds, burst, settleMs, members: procs };
  const [hearing, silent] = [startPool(procs), deaf ? startPool(procs, ["--deaf"]) : undefined];
  const results = { watched: [], dropped: [], poll: [] };
  try {
    for (let count = 0; count < rounds; count++) {
      results.watched.push(await round(hearing, folder, { ...spec, impl: "ours" }));
      results.poll.push(await round(hearing, folder, { ...spec, impl: "poll" }));
      if (silent) results.dropped.push(await round(silent, folder, { ...spec, impl: "ours" }));
    }
  } finally {
    await Promise.all([hearing.stop(), silent?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

function rowsOf(results, { procs, burst }) {
  // A polling receiver has just looked when the round begins: its first message is no measure of its delay.
  return [
    ["first", "first of a mailbox", 0],
    ["single", "1/s each", 100],
    ["burst", `burst of ${burst}`, 100],
  ].flatMap(([key, load, least]) => {
    const [watched, poll] = ["watched", "poll"].map((side) => summary(results[side], key));
    const heard = rowOf({ agents: procs, load, watch: "on" }, watched, poll, ({ ours, ratio }) => ({
      target: `p50 < 5 ms, p99 < 50 ms${least === 0 ? "" : `, ≥ ${least}x poll`}, none lost`,
      ok: ours.p50Ms < 5 && ours.p99Ms < 50 && ratio >= least && ours.lost === 0,
    }));
    if (results.dropped.length === 0) return [heard];
    const dropped = summary(results.dropped, key);
    return [
      heard,
      rowOf({ agents: procs, load, watch: "dropped" }, dropped, poll, ({ ours }) => ({
        target: "< 1,100 ms, none lost",
        ok: ours.maxMs < 1_100 && ours.lost === 0,
      })),
    ];
  });
}
