import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { arrayInbox } from "./array-inbox.mjs";
import { createBenchTeam, memberName } from "./ours.mjs";
import { startPool } from "./pool.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = { procs: 16, rounds: 5, seconds: 5, burst: 100 };
const SMOKE = { procs: 2, rounds: 1, seconds: 2, burst: 10 };
const POLL_MS = 1_000;

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

/** One round of one side in a fresh team or a fresh folder of inboxes. */
async function round(pool, folder, spec) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (spec.impl === "ours") await createBenchTeam(folder, 0);
  else
    for (let index = 0; index < spec.members; index++)
      arrayInbox(join(folder, `${memberName(index)}.json`)).create([]);
  const { reports } = await pool.run({ ...spec, workload: "delivery", folder, pollMs: POLL_MS });
  return reports;
}

function rowOf(params, ours, baseline, judge) {
  const ratio = baseline.p50Ms / ours.p50Ms;
  const p99Ratio = baseline.p99Ms / ours.p99Ms;
  return { id: "P3", params, ours, baseline, ratio, p99Ratio, ...judge({ ours, ratio }) };
}

/** P3: from the call of `send` to the receiver's callback, watched and with every watch event dropped, against polling. */
export async function delivery(folder, { smoke, progress }) {
  const { procs, rounds, seconds, burst } = smoke ? SMOKE : FULL;
  const spec = { seconds, burst, members: procs };
  const [hearing, deaf] = [startPool(procs), startPool(procs, ["--deaf"])];
  const results = { watched: [], dropped: [], poll: [] };
  try {
    for (let count = 0; count < rounds; count++) {
      results.watched.push(await round(hearing, folder, { ...spec, impl: "ours" }));
      results.poll.push(await round(hearing, folder, { ...spec, impl: "poll" }));
      results.dropped.push(await round(deaf, folder, { ...spec, impl: "ours" }));
    }
  } finally {
    await Promise.all([hearing.stop(), deaf.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
  // A polling receiver has just looked when the round begins: its first message is no measure of its delay.
  const rows = [
    ["first", "first message of a mailbox", 0],
    ["single", "1 message/s each", 100],
    ["burst", `burst of ${burst}`, 100],
  ].flatMap(([key, load, least]) => {
    const [watched, dropped, poll] = ["watched", "dropped", "poll"].map((side) =>
      summary(results[side], key),
    );
    return [
      rowOf({ agents: procs, load, watch: "on" }, watched, poll, ({ ours, ratio }) => ({
        target: `p50 < 5 ms, p99 < 50 ms${least === 0 ? "" : `, ≥ ${least}x poll`}, none lost`,
        ok: ours.p50Ms < 5 && ours.p99Ms < 50 && ratio >= least && ours.lost === 0,
      })),
      rowOf({ agents: procs, load, watch: "every event dropped" }, dropped, poll, ({ ours }) => ({
        target: "< 1,100 ms, none lost",
        ok: ours.maxMs < 1_100 && ours.lost === 0,
      })),
    ];
  });
  for (const row of rows) progress(row);
  return rows;
}
