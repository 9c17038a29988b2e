import * as fc from "fast-check";
import { SubagentId } from "../../src/protocol/names.ts";
import { costs } from "../../src/runtime/cost.ts";
import { leadTrouble } from "../../src/runtime/lead-trouble.ts";
import { readSubagent } from "../../src/runtime/subagent-log.ts";
import { toolItem } from "../../src/runtime/tool-items.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { anyJson, refusePollution } from "./fuzz-bytes.ts";
import { callSumProperties } from "./fuzz-call-sums.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { teamWithLogs } from "./fuzz-team-logs.ts";
import { ada } from "./team-entries.ts";

const AT = "2026-11-20T12:00:00.000Z";
const CALLS = { input: 10, output: 1, cacheRead: 0, cacheWrite: 0 };
const GOOD = { at: AT, task: null, event: { type: "usage", model: "claude-sonnet-4-5", usage: CALLS } };
const RUN = SubagentId.parse("a-subagent");
const HEAD = { at: AT, subagent: { id: RUN, type: "Explore", digest: "0" } };
const TURN = { at: AT, inputs: ["in1"], message: { role: "user", content: "hi" } };

/** An entry of an agent's log with fields of every kind of it, some of them odd. */
const odd = fc.record(
  {
    at: fc.oneof(fc.constant(AT), anyJson),
    task: fc.oneof(fc.constantFrom("1", "constructor", null), anyJson),
    sub: fc.oneof(fc.constant({ id: "x", type: "constructor" }), anyJson),
    subagent: fc.oneof(fc.constant({ type: "x" }), anyJson),
    ended: fc.oneof(fc.constant({ why: null }), anyJson),
    event: fc.oneof(
      fc.record(
        {
          type: fc.oneof(
            fc.constantFrom(
              "usage",
              "tool_started",
              "tool_denied",
              "tool_ended",
              "retrying",
              "turn_ended",
              "text",
            ),
            anyJson,
          ),
          model: fc.oneof(fc.constantFrom("constructor", "claude-sonnet-4-5"), anyJson),
          usage: fc.oneof(fc.constant({ input: -1, output: 1e308, cacheRead: 0.5, cacheWrite: 1 }), anyJson),
          name: fc.oneof(fc.constantFrom("Bash", "constructor"), anyJson),
          input: anyJson,
          reason: fc.oneof(fc.constantFrom("done", "failed"), anyJson),
          detail: fc.oneof(fc.constant(null), anyJson),
          code: fc.oneof(fc.constantFrom("auth_refused", "model_unreachable"), anyJson),
          isError: fc.oneof(fc.boolean(), anyJson),
          text: anyJson,
          why: anyJson,
          attempt: anyJson,
        },
        { requiredKeys: ["type"] },
      ),
      anyJson,
    ),
    inputs: fc.oneof(fc.constant(["in2"]), anyJson),
    message: fc.oneof(
      fc.record({
        role: fc.constantFrom<unknown>("user", "assistant", "system", 7),
        content: fc.oneof(
          fc.array(fc.oneof(fc.constant({ type: "text", text: "x" }), anyJson), { maxLength: 2 }),
          anyJson,
        ),
      }),
      anyJson,
    ),
    body: fc.oneof(fc.constantFrom("../x", "0".repeat(64)), anyJson),
  },
  { requiredKeys: [] },
);

export const eventProperties: readonly Fuzz[] = [
  fuzz({
    title:
      "D5 D11 F9 odd entries in an agent's logs: costs, timeline, transcript and the watch over the lead still have the others",
    parsers: [
      "src/runtime/cost.ts",
      "src/runtime/tool-items.ts",
      "src/runtime/lead-trouble.ts",
      "src/runtime/transcript.ts",
      "src/runtime/subagent-log.ts",
      "src/runtime/prices.ts",
    ],
    input: fc.record({ odd: fc.array(odd, { minLength: 1, maxLength: 5 }), place: fc.nat(5) }),
    open:
      () =>
      async ({ odd: all, place }) => {
        const lines = (good: object): readonly object[] => all.toSpliced(place, 0, good);
        const run = [HEAD, ...lines(TURN)];
        const team = await teamWithLogs({
          events: lines(GOOD),
          transcript: lines(TURN),
          [`sub-${RUN}`]: run,
        });

        const { total } = await costs(team);
        must(total.calls).toBeGreaterThanOrEqual(1);
        must(await leadTrouble(team)()).toSatisfy(
          (found) => found === undefined || typeof found === "object",
        );
        const { seen, turns, skipped } = await openTranscript(team, ada);
        must(seen.has("in1")).toBe(true);
        must(turns.length + skipped).toBe(all.length + 1);
        const past = await readSubagent(team, ada, RUN);
        must(past?.type).toBe("Explore");
        must(past?.turns.length).toBe(turns.length);
        for (const fields of all) {
          const item = toolItem({ ...fields, id: team.nextId() }, ada, "/work");
          if (item) must(typeof item.text).toBe("string");
        }
        refusePollution();
        await team.close();
      },
  }),
  ...callSumProperties,
];
