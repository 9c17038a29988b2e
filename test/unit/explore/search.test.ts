import { expect, test } from "vitest";
import { claims, notes, oneTask, same } from "../../support/explore/bodies.ts";
import { explore } from "../../support/explore/explore.ts";
import { NOTHING } from "../../support/explore/plan.ts";
import type { Scenario } from "../../support/explore/scenario.ts";
import { begin } from "../../support/explore/team-run.ts";

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

/** The same outcome whichever of the twins did what: each under every name, the first of these texts. */
async function nameless(scenario: Scenario, outcomes: readonly string[]): Promise<readonly string[]> {
  const { world } = await begin(scenario, NOTHING);
  const found = new Set(
    outcomes.map((outcome) => {
      const [files = [], ...said] = JSON.parse(outcome) as readonly (readonly string[])[];
      const grown = files.map((file) => {
        const [path = "", content = ""] = file.split(" ");
        const was = world.disk.content(path)?.toString() ?? "";
        return `${path} ${Buffer.from(content, "base64").toString().slice(was.length)}`.replaceAll(
          /"c":"[^"]*"/g,
          "",
        );
      });
      return orders([...scenario.processes.keys()])
        .map((names) =>
          JSON.stringify([
            grown.map((file) => renamed(file, names)),
            ...said.map((each) => each.map((text) => renamed(text, names)).toSorted()),
          ]),
        )
        .reduce((one, other) => (one < other ? one : other));
    }),
  );
  return [...found].toSorted();
}

function orders(of: readonly number[]): number[][] {
  return of.length < 2
    ? [[...of]]
    : of.flatMap((first) => orders(of.filter((each) => each !== first)).map((rest) => [first, ...rest]));
}

function renamed(text: string, names: readonly number[]): string {
  const people = ["ada", "bob", "cyd"];
  return text.replaceAll(
    /(process-|Note of |^)([0-2])|\b(ada|bob|cyd)\b/g,
    (_all, before?: string, index?: string, name?: string) =>
      name === undefined
        ? `${before}${names[Number(index)]}`
        : (people[names[people.indexOf(name)] ?? 0] ?? ""),
  );
}

const twinned: readonly Scenario[] = [
  {
    name: "three claims",
    setup: oneTask,
    before: bothWrote,
    ignoresSize: true,
    processes: same(claims, 3),
    twins: [0, 1, 2],
  },
  {
    name: "two seals",
    setup: oneTask,
    before: bothWrote,
    options: { sealBytes: 1500 },
    processes: same(notes, 2),
    twins: [0, 1],
  },
  { name: "two locks", setup: oneTask, options: { network: true }, processes: same(notes, 2), twins: [0, 1] },
];

test.each(twinned)(
  "the reduction loses no outcome: twins show themselves in one order only, and each outcome is there under some names ($name)",
  async (scenario) => {
    const { twins: _twins, ...strangers } = scenario;
    const every = await outcomesOf(strangers, { reduce: true, everyCall: false });
    const reduced = await outcomesOf(scenario, { reduce: true, everyCall: false });

    expect(await nameless(scenario, reduced.outcomes)).toEqual(await nameless(scenario, every.outcomes));
    expect(reduced.schedules).toBeLessThan(every.schedules);
  },
  LONG,
);

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
