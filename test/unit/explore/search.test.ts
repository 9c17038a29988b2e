import { expect, test } from "vitest";
import { claims, notes, oneTask, same } from "../../support/explore/bodies.ts";
import { explore } from "../../support/explore/explore.ts";
import type { Scenario } from "../../support/explore/scenario.ts";

const LONG = 300_000;

async function outcomesOf(
  scenario: Scenario,
  options: { reduce: boolean; everyCall: boolean },
): Promise<{ outcomes: readonly string[]; schedules: number }> {
  const outcomes = new Set<string>();
  const { broken, schedules } = await explore(scenario, {
    ...options,
    onOutcome: (outcome) => outcomes.add(outcome),
  });
  expect(broken).toBeUndefined();
  return { outcomes: [...outcomes].toSorted(), schedules };
}

/** They have the journal open already: few enough steps for every interleaving. */
const bothWrote: NonNullable<Scenario["before"]> = async (actors) => {
  for (const actor of actors) await notes(actor);
};

const small: readonly Scenario[] = [
  { name: "claims", setup: oneTask, before: bothWrote, ignoresSize: true, processes: same(claims, 2) },
  { name: "faults", setup: oneTask, before: bothWrote, processes: same(claims, 2), faults: [0], crashes: [] },
  {
    name: "seal and reader",
    setup: oneTask,
    before: bothWrote,
    options: { sealBytes: 1500 },
    processes: [notes, ({ team }) => team.readOn().then(nothing)],
  },
];

function nothing(): void {}

test.each(small)(
  "the reduction loses no outcome: every interleaving, with a crash at every call, ends as one that it visits ($name)",
  async (scenario) => {
    // A death behind the last step is one of its own here: the dead one's answers are no part of the outcome.
    const watched = { ...scenario, looksForDeath: true };
    const every = await outcomesOf(watched, { reduce: false, everyCall: true });
    const reduced = await outcomesOf(watched, { reduce: true, everyCall: false });

    expect(every.outcomes.filter((outcome) => !reduced.outcomes.includes(outcome))).toHaveLength(0);
    expect(every.schedules).toBeGreaterThan(reduced.schedules);
  },
  LONG,
);
