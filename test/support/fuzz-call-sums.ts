import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { teamPaths } from "../../src/protocol/paths.ts";
import { type CallSum, followCallSums } from "../../src/runtime/call-sums.ts";
import { configFolder } from "../../src/runtime/config-folder.ts";
import { PRICES_AS_OF } from "../../src/runtime/prices.ts";
import { decodeLine, encodeLine } from "../../src/store/line-codec.ts";
import { ada, auditedTeam } from "./audit-sample.ts";
import { harmed, harms } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

const usage = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite: 0 };

function line(turns: number): Buffer {
  const sum = { usd: 2 * turns, tokens: 1_000_000 * turns, turns, asOf: PRICES_AS_OF };
  const event = { type: "usage", model: "claude-sonnet-5-5", usage };
  return encodeLine(JSON.stringify({ v: 1, task: null, sum, event, id: `adas-life.${turns}` }));
}

const said = encodeLine(
  JSON.stringify({
    v: 1,
    event: { type: "tool_started", input: { sum: { usd: 9, tokens: 9, turns: 9 } } },
    id: "adas-life.9",
  }),
);
const FRAMES = [line(1), said, line(2), line(3), said];

/** By looking at every line. */
function lastTurns(bytes: Buffer): number {
  let turns = 0;
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const decoded = start < end ? decodeLine(bytes, start, end) : undefined;
    const sum = decoded?.ok === true ? (decoded.value["sum"] as CallSum | undefined) : undefined;
    turns = sum?.turns ?? turns;
    start = end + 1;
  }
  return turns;
}

const sums = fuzz({
  title: "I13 what an agent has spent is the last sum that stands whole in its log, whatever else does",
  parsers: ["src/runtime/call-sums.ts"],
  input: harms([...FRAMES, ...FRAMES.map((frame) => frame.subarray(0, 40))]),
  cost: 2,
  open: () => {
    const opened = auditedTeam();
    return async (all) => {
      const team = await opened;
      const bytes = harmed(Buffer.concat(FRAMES), all);
      const folder = teamPaths(configFolder(team.host), team.name).agent(ada);
      mkdirSync(folder, { recursive: true });
      const path = join(folder, "events.jsonl");
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      must((await followCallSums(team).of(ada)).turns).toBe(lastTurns(bytes));
    };
  },
});

export const callSumProperties: readonly Fuzz[] = [sums];
