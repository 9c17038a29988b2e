import { walk } from "./explore.ts";
import { APPEND_FAULTS, PARTS, type Plan, planText } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { beginRun } from "./team-run.ts";

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mix = Math.imul(state ^ (state >>> 15), state | 1);
    mix ^= mix + Math.imul(mix ^ (mix >>> 7), mix | 61);
    return ((mix ^ (mix >>> 14)) >>> 0) % below;
  };
}

/** One schedule by chance, with one crash and one fault by chance. Answers what is broken, and how to see it again. */
export async function wander(
  scenario: Scenario,
  seed: number,
): Promise<{ broken: string | undefined; steps: number }> {
  const next = numbersFrom(seed);
  const plan = planByChance(scenario, next);
  const { broken, choices, trace } = await walk(
    await beginRun(scenario, plan),
    (enabled) => enabled[next(Math.max(1, enabled.length))],
  );
  if (broken === undefined) return { broken, steps: choices.length };
  const again = `--replay '${scenario.name}:${planText(plan)}:${choices.join("")}'`;
  return { broken: [broken, `seed ${seed}`, again, ...trace].join("\n"), steps: choices.length };
}

function planByChance({ processes, crashes, faults }: Scenario, next: (below: number) => number): Plan {
  const mayCrash = crashes ?? [...processes.keys()];
  const mayFail = faults ?? [];
  const crash = mayCrash[next(mayCrash.length + 1)];
  const fails = mayFail[next(mayFail.length + 1)];
  const lands = PARTS[next(PARTS.length + 2)];
  const kind = APPEND_FAULTS[next(APPEND_FAULTS.length)];
  return {
    crashes: crash === undefined ? [] : [{ process: crash, at: next(8), ...(lands ? { lands } : {}) }],
    faults: fails === undefined || kind === undefined ? [] : [{ process: fails, append: next(3), kind }],
  };
}
