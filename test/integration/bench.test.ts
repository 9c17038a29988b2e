import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const PROGRAM = join(import.meta.dirname, "../../scripts/bench.mjs");
const Row = z.strictObject({
  id: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  ours: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  baseline: z.record(z.string(), z.number()).optional(),
  raw: z.record(z.string(), z.number()).optional(),
  points: z.record(z.string(), z.number()).optional(),
  ratio: z.number().optional(),
  p99Ratio: z.number().optional(),
  ofRaw: z.number().optional(),
  target: z.string(),
  ok: z.boolean(),
});
const Result = z.strictObject({
  machine: z.looseObject({ cores: z.number(), node: z.string() }),
  date: z.iso.datetime(),
  rows: z.array(Row),
  notRun: z.array(z.strictObject({ id: z.string(), why: z.string() })),
});

/** A run of the benchmarks whose temporary files are in a folder of its own. */
function bench(...argv: readonly string[]) {
  const temporary = tempFolder();
  const child = spawn(process.execPath, [PROGRAM, "--smoke", ...argv], {
    env: { PATH: dirname(process.execPath), TMPDIR: temporary },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  child.stdout.on("data", (text: Buffer) => {
    stdout += text.toString();
  });
  const ended = once(child, "close").then(() => child.exitCode);
  return { child, temporary, ended, stdout: () => stdout };
}

test("a run with --json prints one object with a row for what was measured and a reason for what was not", async () => {
  const { ended, stdout } = bench("--json", "--only", "P9,P2");

  expect(await ended).toBe(0);

  const { rows, notRun } = Result.parse(JSON.parse(stdout()));
  expect(rows.map(({ id, params }) => [id, params["procs"]])).toContainEqual(["P2", 1]);
  expect(rows.find(({ ours, raw }) => ours !== undefined && raw !== undefined)?.ofRaw).toBeGreaterThan(0);
  expect(notRun).toEqual([{ id: "P9", why: "comes with the terminal UI" }]);
});

test("Ctrl-C in the middle of a team leaves neither a process nor a file", async () => {
  const { child, temporary, ended } = bench("--only", "P13");
  const below = async (): Promise<number> => {
    const [folder] = readdirSync(temporary);
    const config = join(temporary, folder ?? "none", "P13");
    return (await taggedProcesses({ CLAUDE_CONFIG_DIR: config })).length;
  };
  await until(async () => (await below()) >= 2, { within: 15_000, what: "supervisor and agents run" });

  child.kill("SIGINT");

  expect(await ended).toBe(130);
  expect(readdirSync(temporary)).toEqual([]);
  expect(
    (await taggedProcesses({ TROUPE_TEAM: "bench" })).filter(({ env }) =>
      env.get("HOME")?.startsWith(temporary),
    ),
  ).toEqual([]);
});
