// Benchmarks against a baseline and against the bare file system, in one run: see docs/benchmarks.md. On the build.
//   npm run bench -- [--only P1,P2] [--smoke] [--json] [--write]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { agentStart, idle } from "../test/bench/agents.mjs";
import { cliStart } from "../test/bench/cli-start.mjs";
import { delivery } from "../test/bench/latency.mjs";
import { lineOf, machine, table, tidy, writeDocs } from "../test/bench/report.mjs";
import { claims, sends } from "../test/bench/throughput.mjs";

const WORKLOADS = { P1: claims, P2: sends, P3: delivery, P5: idle, P6: cliStart, P7: agentStart };

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(WORKLOADS).join() },
    smoke: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const chosen = options.only.split(",");
const unknown = chosen.find((id) => !(id in WORKLOADS));
if (unknown !== undefined)
  throw new Error(`no workload ${unknown}; there are ${Object.keys(WORKLOADS).join(", ")}`);

const progress = (row) => process.stderr.write(`${lineOf(row).join("  ")}\n`);
const result = { machine: machine(), date: new Date().toISOString(), rows: [], notRun: [] };
const folder = mkdtempSync(join(tmpdir(), "troupe-bench-"));
try {
  for (const id of chosen) {
    try {
      result.rows.push(...(await WORKLOADS[id](join(folder, id), { smoke: options.smoke, progress })));
    } catch (error) {
      // One workload that cannot run leaves the figures of the others standing; the run still fails.
      result.notRun.push({ id, why: error.message });
      process.stderr.write(`${id} was not run: ${error.stack}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const tidied = tidy(result);
if (options.json) process.stdout.write(`${JSON.stringify(tidied)}\n`);
else process.stdout.write(`${table(tidied.rows)}\n`);
if (options.write) {
  const command = `npm run bench -- ${process.argv.slice(2).join(" ")}`.trim();
  writeDocs(new URL("../docs/benchmarks.md", import.meta.url).pathname, { ...tidied, command });
}
if (result.notRun.length > 0) process.exitCode = 1;
