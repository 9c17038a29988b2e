import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { arrayInbox } from "./array-inbox.mjs";
import { lockedList } from "./locked-list.mjs";
import { benchTasks, createBenchTeam, seedMailbox } from "./ours.mjs";
import { startPool } from "./pool.mjs";
import { sizesOf } from "./sizes.mjs";
import { median, percentile } from "./statistics.mjs";

const FULL = {
  procs: [1, 4, 16, 64],
  tasks: [100, 1_000, 10_000],
  backlogs: [10, 1_000, 10_000],
  rounds: 5,
  // Long enough that a round of 16 processes is not mostly their warming up.
  sends: 24_000,
  budgetMs: 500,
};
const SMOKE = { procs: [1, 2], tasks: [100], backlogs: [10], rounds: 2, sends: 200, budgetMs: 100 };
/** A team is as large as its crowd: of 16, or of 64. */
const CROWDS = [16, 64];
/** Below this many claims a process the scheduler's first time slice decides who gets them. */
const FAIR_CLAIMS = 50;
const CLAIM_RATIOS = new Map([
  [100, 30],
  [1_000, 200],
  [10_000, 2_000],
]);
const SEND_RATIOS = new Map([
  [10, 30],
  [1_000, 30],
  [10_000, 1_000],
]);

/** One round of one side as its figures. `got` of all processes together. */
function figures({ reports, seconds }) {
  const latencies = reports.flatMap((report) => report.latenciesUs);
  const got = reports.flatMap((report) => report.got);
  const counts = reports.map((report) => report.got.length);
  return {
    rate: got.length / seconds,
    p50Ms: percentile(latencies, 0.5) / 1000,
    p99Ms: percentile(latencies, 0.99) / 1000,
    count: got.length,
    refused: reports.reduce((sum, report) => sum + report.refused, 0),
    least: Math.min(...counts),
    mean: got.length / counts.length,
    got,
  };
}

/** Rounds of one side as medians; what must never happen is added up instead. */
function summary(rounds, isClaims) {
  const of = (key) => median(rounds.map((round) => round[key]));
  const result = { rate: of("rate"), p50Ms: of("p50Ms"), p99Ms: of("p99Ms"), count: of("count") };
  result.refused = rounds.reduce((sum, round) => sum + round.refused, 0);
  // The raw calls claim nothing that could be doubled.
  if (isClaims && typeof rounds[0]?.got[0] === "string") {
    result.doubles = rounds.reduce((sum, { got }) => sum + got.length - new Set(got).size, 0);
    result.least = median(rounds.map((round) => round.least / (round.mean || 1)));
  }
  return result;
}

/** Our side, the baseline and the raw calls in turn, `rounds` times, in the same processes. */
async function alternate(procs, rounds, turns) {
  const results = { ours: [], baseline: [], raw: [] };
  const pool = startPool(procs);
  try {
    for (let round = 0; round < rounds; round++)
      for (const [side, { before, spec, after }] of Object.entries(turns)) {
        await before();
        const result = figures(await pool.run(spec()));
        results[side].push(result);
        await after?.(result);
      }
  } finally {
    await pool.stop();
  }
  return results;
}

function fresh(template, folder) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(template, folder, { recursive: true });
}

function sides(folder, spec, { template, baseline, maxOurs, maxBaseline, budgetMs, after }) {
  const copy = join(folder, "round");
  const ample = 60_000;
  return {
    ours: {
      before: () => fresh(join(folder, template), copy),
      spec: () => ({ ...spec, impl: "ours", folder: copy, maxSteps: maxOurs, budgetMs: ample }),
    },
    baseline: {
      before: baseline,
      spec: () => ({ ...spec, impl: "baseline", folder, maxSteps: maxBaseline, budgetMs }),
      after,
    },
    raw: {
      before: () => rmSync(join(folder, "raw.log"), { force: true }),
      spec: () => ({ ...spec, impl: "raw", folder, maxSteps: Math.min(maxOurs, 20_000), budgetMs: ample }),
    },
  };
}

function row(id, params, results, judge) {
  const [ours, baseline, raw] = ["ours", "baseline", "raw"].map((side) =>
    summary(results[side], id === "P1"),
  );
  const ratio = ours.rate / baseline.rate;
  const p99Ratio = baseline.p99Ms / ours.p99Ms;
  const ofRaw = ours.rate / raw.rate;
  return { id, params, ours, baseline, raw, ratio, p99Ratio, ofRaw, ...judge({ ours, ratio, p99Ratio }) };
}

/** The template whose team has the least members that are enough for so many processes. */
const templateFor = (procs) => `ours-${CROWDS.find((members) => members >= procs)}`;

async function makeTemplates(here, procs, make) {
  for (const members of CROWDS)
    if (procs.some((count) => templateFor(count) === `ours-${members}`))
      await make(join(here, `ours-${members}`), members);
}

/** P1: claim until none is left. */
export async function claims(folder, options) {
  const { smoke, progress } = options;
  const sizes = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const tasks of sizes.tasks) {
    const here = join(folder, `claims-${tasks}`);
    await makeTemplates(here, sizes.procs, (path, members) => createBenchTeam(path, tasks, { members }));
    const list = lockedList(here);
    list.create(benchTasks(tasks));
    for (const procs of sizes.procs) {
      const results = await alternate(
        procs,
        // Short runs are many runs.
        tasks === 100 && procs < 64 && !smoke ? 2 * sizes.rounds : sizes.rounds,
        sides(
          here,
          { workload: "claims" },
          {
            template: templateFor(procs),
            baseline: () => undefined,
            after: ({ got }) => list.release(new Set(got)),
            maxOurs: tasks,
            maxBaseline: tasks,
            budgetMs: sizes.budgetMs,
          },
        ),
      );
      const least = CLAIM_RATIOS.get(tasks);
      const judge = ({ ours, ratio, p99Ratio }) => ({
        target: `≥ ${least}x, p99 ≤ 1/10, no double, nobody starved`,
        ok:
          ratio >= least &&
          p99Ratio >= 10 &&
          ours.doubles === 0 &&
          (tasks / procs < FAIR_CLAIMS || ours.least > 0),
      });
      rows.push(row("P1", { procs, tasks }, results, judge));
      progress(rows.at(-1));
    }
    rmSync(here, { recursive: true, force: true });
  }
  return rows;
}

/** P2: send to one mailbox. */
export async function sends(folder, options) {
  const { progress } = options;
  const sizes = sizesOf(FULL, SMOKE, options);
  const rows = [];
  for (const backlog of sizes.backlogs) {
    const here = join(folder, `sends-${backlog}`);
    await makeTemplates(here, sizes.procs, async (path, members) => {
      await createBenchTeam(path, 0, { members });
      await seedMailbox(path, backlog);
    });
    const inbox = arrayInbox(join(here, "inbox.json"));
    const old = Array.from({ length: backlog }, (_, index) => ({
      id: `old-${index}`,
      from: "m1",
      text: "b".repeat(300),
      timestamp: "2026-11-20T12:00:00.000Z",
      read: true,
    }));
    for (const procs of sizes.procs) {
      const results = await alternate(
        procs,
        sizes.rounds,
        sides(
          here,
          { workload: "sends" },
          {
            template: templateFor(procs),
            baseline: () => inbox.create(old),
            maxOurs: Math.ceil(sizes.sends / procs),
            // Few, so that the array is about as long at the end as at the beginning.
            maxBaseline: Math.ceil(Math.min(300, Math.max(96, backlog / 5)) / procs),
            budgetMs: sizes.budgetMs,
          },
        ),
      );
      const least = SEND_RATIOS.get(backlog);
      const judge = ({ ours, ratio, p99Ratio }) => ({
        target: `≥ ${least}x, p99 ≤ 1/10, no refusal`,
        ok: ratio >= least && p99Ratio >= 10 && ours.refused === 0,
      });
      rows.push(row("P2", { procs, backlog }, results, judge));
      progress(rows.at(-1));
    }
    rmSync(here, { recursive: true, force: true });
  }
  return rows;
}
