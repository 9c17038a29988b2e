import { expect, test } from "vitest";
import { explore, replay } from "../support/explore/explore.ts";
import { parsePlan } from "../support/explore/plan.ts";
import { wander } from "../support/explore/random.ts";
import type { Scenario } from "../support/explore/scenario.ts";
import { SCENARIOS, scenarioNamed, withProcesses } from "../support/explore/scenarios.ts";
import { longOptions, printResult } from "../support/long-run.ts";

interface Options {
  readonly random: number;
  readonly seed: number;
  readonly processes: number;
  readonly scenario: string;
  readonly exhaustive: boolean;
  readonly both: boolean;
  readonly preemptions: number;
  readonly replay: string;
  readonly [name: string]: number | string | boolean;
}

const options = longOptions<Options>({
  random: 10_000,
  seed: 1,
  processes: 0,
  scenario: "",
  exhaustive: false,
  both: false,
  preemptions: -1,
  replay: "",
});

/** Those that hold; `stale-lock` shows what does not. */
const chosen: readonly Scenario[] = (
  options.scenario === ""
    ? SCENARIOS.filter(({ name }) => name !== "stale-lock")
    : options.scenario.split(",").map(scenarioNamed)
).flatMap((scenario) => withProcesses(scenario, options.processes));

test.runIf(options.replay !== "")("a schedule again", async () => {
  const [name = "", plan = "-", choices = ""] = options.replay.split(":");
  const { broken, trace } = await replay(scenarioNamed(name), parsePlan(plan), Array.from(choices, Number));
  process.stdout.write(`${trace.join("\n")}\n`);
  expect(trace).not.toHaveLength(0);
  printResult("explore", { replay: options.replay, broken: broken ?? null });
});

/** For a first look at what does not end: by states, with at most so many preemptions. */
const bound = options.preemptions < 0 ? {} : { states: true, preemptions: options.preemptions };

/** With `--both` one crash and one fault in one run, where `npm test` has one of either. */
test.runIf(options.exhaustive && options.replay === "")("every schedule", async () => {
  for (const scenario of chosen) {
    const start = process.cpuUsage();
    const { broken, ...found } = await explore(scenario, { both: options.both, ...bound });
    const { user, system } = process.cpuUsage(start);
    const limits = bound.preemptions === undefined ? {} : { preemptions: bound.preemptions };
    printResult("explore", {
      scenario: scenario.name,
      ...limits,
      ...found,
      cpuSeconds: (user + system) / 1e6,
    });
    expect(broken).toBeUndefined();
  }
});

test.runIf(!options.exhaustive && options.replay === "")("schedules by chance", async () => {
  const start = process.cpuUsage();
  let steps = 0;
  for (let walked = 0; walked < options.random; walked++) {
    const scenario = chosen[walked % chosen.length];
    if (!scenario) break;
    const found = await wander(scenario, options.seed + walked);
    steps += found.steps;
    expect(found.broken).toBeUndefined();
  }
  const { user, system } = process.cpuUsage(start);
  const { random, seed, processes } = options;
  const scenarios = chosen.length;
  printResult("explore", { random, seed, processes, scenarios, steps, cpuSeconds: (user + system) / 1e6 });
});
