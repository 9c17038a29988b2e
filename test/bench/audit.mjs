import { rmSync } from "node:fs";
import { join } from "node:path";
import { built, createBenchTeam, memberName, openBenchTeam } from "./ours.mjs";
import { openRaw } from "./raw.mjs";
import { sizesOf } from "./sizes.mjs";
import { percentile } from "./statistics.mjs";

const FULL = { lines: 20_000, rounds: 5 };
const SMOKE = { lines: 200, rounds: 1 };
const MOST_MS = 0.2;
/** Bytes of an ordinary line, for the bare calls. */
const LINE_BYTES = 700;

const LINE = {
  kind: "tool",
  tool: "Bash",
  argsHash: "a".repeat(64),
  decision: "allow",
  rule: "Bash(npm run *)",
  actor: "gate",
};

/** How long a tool call waits until its decision is written down, against the write alone. */
export async function auditAppend(folder, options) {
  const { lines, rounds } = sizesOf(FULL, SMOKE, options);
  const times = { ours: [], raw: [] };
  for (let round = 0; round < rounds; round++) {
    await createBenchTeam(folder, 0, { members: 2, backend: "child" });
    times.ours.push(...(await ours(folder, lines)));
    times.raw.push(...(await raw(folder, lines)));
    rmSync(folder, { recursive: true, force: true });
  }
  const [one, other] = [summary(times.ours), summary(times.raw)];
  const ok = one.p99Ms < MOST_MS;
  const row = {
    id: "audit",
    params: { lines },
    ours: one,
    raw: other,
    ofRaw: other.p50Ms / one.p50Ms,
    target: `p99 < ${MOST_MS} ms`,
    ok,
  };
  options.progress(row);
  return [row];
}

function onTrouble(error) {
  throw error;
}

async function ours(folder, lines) {
  const { openAudit } = await built("runtime/audit.js");
  const { createRedactor } = await built("base/redact.js");
  const team = await openBenchTeam(folder);
  const { hide } = createRedactor(["a-secret-of-the-environment-1"]);
  const audit = await openAudit(team, memberName(0), { onTrouble, hide });
  const times = await timed(lines, () => audit.record(LINE));
  await audit.close();
  await team.close();
  return times;
}

async function raw(folder, lines) {
  const file = openRaw(join(folder, "raw.jsonl"), LINE_BYTES);
  const times = await timed(lines, file.operate);
  file.close();
  return times;
}

async function timed(count, operate) {
  const times = [];
  for (let done = 0; done < count; done++) {
    const start = performance.now();
    await operate();
    times.push(performance.now() - start);
  }
  return times;
}

function summary(times) {
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}
