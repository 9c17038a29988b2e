// Benchmarks against a baseline and against the bare file system, in one run: see docs/benchmarks.md. On the build.
//   npm run bench -- [--only P1,P2] [--smoke] [--rounds N] [--json] [--write]
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { leaveNothing } from "../test/bench/children.mjs";
import { growthRows } from "../test/bench/growth.mjs";
import { lineOf, machine, printed, tidy, writeDocs } from "../test/bench/report.mjs";
import { WORKLOADS } from "../test/bench/workloads.mjs";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(WORKLOADS).join() },
    smoke: { type: "boolean", default: false },
    rounds: { type: "string" },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const chosen = options.only.split(",");
const unknown = chosen.find((id) => !(id in WORKLOADS));
if (unknown !== undefined)
  throw new Error(`no workload ${unknown}; there are ${Object.keys(WORKLOADS).join(", ")}`);
const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
  throw new Error(`--rounds takes a number from 1 on, not ${JSON.stringify(options.rounds)}`);

const began = performance.now();
const tell = (line) => process.stderr.write(`${line}\n`);
const result = { machine: machine(), date: new Date().toISOString(), rows: [], notRun: [] };
const folder = mkdtempSync(join(tmpdir(), "troupe-bench-"));
leaveNothing(folder);
for (const id of chosen) {
  const { run, why } = WORKLOADS[id];
  if (!run) {
    result.notRun.push({ id, why });
    continue;
  }
  try {
    const progress = (row) => tell(lineOf(tidy(row)));
    result.rows.push(...(await run(join(folder, id), { smoke: options.smoke, rounds, progress })));
  } catch (error) {
    // One workload that cannot run leaves the figures of the others standing; the run still fails.
    result.notRun.push({ id, why: error.message });
    tell(`${id} was not run: ${error.stack}`);
    process.exitCode = 1;
  }
}
result.rows.push(...growthRows(result.rows));
tell(`${Math.round((performance.now() - began) / 1000)} s`);

const tidied = tidy(result);
if (options.json) process.stdout.write(`${JSON.stringify(tidied)}\n`);
else process.stdout.write(`${printed(tidied, WORKLOADS)}\n`);
if (options.write) {
  const command = `npm run bench -- ${process.argv.slice(2).join(" ")}`.trim();
  writeDocs(new URL("../docs/benchmarks.md", import.meta.url).pathname, { ...tidied, command }, WORKLOADS);
}
