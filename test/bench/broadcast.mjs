import { rmSync } from "node:fs";
import { freshPlace, POLL_MS } from "./latency.mjs";
import { startPool } from "./pool.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = {
  members: [16, 64],
  rounds: 5,
  ours: { broadcasts: 21, gapMs: 100 },
  poll: { broadcasts: 4, gapMs: 300 },
};
const SMOKE = {
  members: [3],
  rounds: 1,
  ours: { broadcasts: 3, gapMs: 50 },
  poll: { broadcasts: 2, gapMs: 0 },
};

/**
 * One round as its figures, per broadcast: until the sender had its answer, and until the last member had it. The first
 * one, which makes every mailbox, stands alone.
 */
function figures(reports, members) {
  const [{ began, sentMs }] = reports;
  const arrived = began.map(() => []);
  for (const { received } of reports.slice(1))
    for (const [number, atUs] of received) arrived[number].push(atUs);
  const allMs = arrived.map((times, number) => (Math.max(...times) - began[number]) / 1000);
  const [firstMs, ...laterMs] = allMs;
  const sent = median(sentMs.slice(1));
  return {
    sentMs: sent,
    perMemberMs: sent / members,
    p50Ms: percentile(laterMs, 0.5),
    p99Ms: percentile(laterMs, 0.99),
    firstMs,
    lost: arrived.reduce((sum, times) => sum + members - times.length, 0),
  };
}

function summary(rounds) {
  const of = (key) => median(rounds.map((round) => round[key]));
  return {
    perMemberMs: of("perMemberMs"),
    sentMs: of("sentMs"),
    p50Ms: of("p50Ms"),
    p99Ms: of("p99Ms"),
    firstMs: of("firstMs"),
    lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
  };
}

/** P4: one message to everybody. The baseline takes the lock of each member's array in turn, and its receivers poll. */
export async function broadcast(folder, options) {
  const sizes = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const members of sizes.members) {
    const [ours, baseline] = await measure(folder, members, sizes);
    const row = {
      id: "P4",
      params: { members },
      ours,
      baseline,
      ratio: baseline.p50Ms / ours.p50Ms,
      p99Ratio: baseline.p99Ms / ours.p99Ms,
      target: "sent < 1 ms a member, all delivered p99 < 100 ms, none lost",
      ok: ours.perMemberMs < 1 && ours.p99Ms < 100 && ours.lost === 0,
    };
    options.progress(row);
    rows.push(row);
  }
  return rows;
}

async function measure(folder, members, { rounds, ours, poll }) {
  const results = { ours: [], poll: [] };
  const pool = startPool(members + 1);
  try {
    for (let count = 0; count < rounds; count++)
      for (const [impl, pace] of Object.entries({ ours, poll })) {
        await freshPlace(folder, { impl, members: members + 1 });
        const spec = { workload: "broadcast", impl, folder, pollMs: POLL_MS, ...pace };
        const { reports } = await pool.run(spec);
        results[impl].push(figures(reports, members));
      }
  } finally {
    await pool.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return [summary(results.ours), summary(results.poll)];
}
