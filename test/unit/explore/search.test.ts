import { expect, test } from "vitest";
import { claims, notes, oneTask, same } from "../../support/explore/bodies.ts";
import { type ExploreOptions, explore } from "../../support/explore/explore.ts";
import { BELIEFS, type Beliefs } from "../../support/explore/minds.ts";
import { NOTHING } from "../../support/explore/plan.ts";
import type { Scenario } from "../../support/explore/scenario.ts";
import { scenarioNamed } from "../../support/explore/scenarios.ts";
import { begin } from "../../support/explore/team-run.ts";

const LONG = 300_000;
/** What the explorer says when the real code does not do what was remembered of it. */
const ELSEWHERE = /ended on another disk|ended with other answers|no step to take|the same answers led/;

async function outcomesOf(
  scenario: Scenario,
  options: ExploreOptions,
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

const TWO_SEALS: Scenario = {
  name: "two seals",
  setup: oneTask,
  before: bothWrote,
  options: { sealBytes: 1500 },
  processes: same(notes, 2),
  twins: [0, 1],
};

const twinned: readonly Scenario[] = [
  {
    name: "three claims",
    setup: oneTask,
    before: bothWrote,
    ignoresSize: true,
    processes: same(claims, 3),
    twins: [0, 1, 2],
  },
  TWO_SEALS,
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

test(
  "twins who wait for one another longer than the rule says lose outcomes, and the comparison sees it",
  async () => {
    const twins: Scenario = { ...TWO_SEALS, crashes: [] };
    const { twins: _twins, ...strangers } = twins;
    const every = await outcomesOf(strangers, {});
    const beliefs: Beliefs = { ...BELIEFS, mayFollow: ({ move }) => !move };
    const reduced = await outcomesOf(twins, { beliefs });

    const left = await nameless(twins, reduced.outcomes);
    const lost = (await nameless(twins, every.outcomes)).filter((outcome) => !left.includes(outcome));
    expect(lost).not.toHaveLength(0);
  },
  LONG,
);

test.each(["handover", "claim", "damage-cut"])(
  "going through states ends as going through schedules does, and so do all states without any reduction (%s)",
  async (name) => {
    const scenario = scenarioNamed(name);
    const schedules = await outcomesOf(scenario, {});
    const states = await outcomesOf(scenario, { states: true });
    const every = await outcomesOf(scenario, { states: true, reduce: false });

    expect(states.outcomes).toEqual(every.outcomes);
    expect(schedules.outcomes).toEqual(every.outcomes);
  },
  LONG,
);

test(
  "a bound on preemptions leaves out what needs more of them, and nothing when there are enough",
  async () => {
    const scenario: Scenario = { ...TWO_SEALS, crashes: [] };
    const every = await outcomesOf(scenario, { states: true });
    const none = await outcomesOf(scenario, { states: true, preemptions: 0 });
    const enough = await outcomesOf(scenario, { states: true, preemptions: 99 });

    expect(none.outcomes.length).toBeLessThan(every.outcomes.length);
    expect(enough.outcomes).toEqual(every.outcomes);
  },
  LONG,
);

const byLength: Beliefs["keyOf"] = (answer) =>
  answer.ok && answer.value instanceof Uint8Array ? `${answer.value.length} bytes` : BELIEFS.keyOf(answer);

test(
  "a memory that takes different answers for the same ends elsewhere than the real code, and the judge says so",
  async () => {
    await expect(
      explore(scenarioNamed("mail"), { beliefs: { ...BELIEFS, keyOf: byLength } }),
    ).rejects.toThrow(ELSEWHERE);
  },
  LONG,
);

test(
  "a process that knows more than the answers of its calls is found out",
  async () => {
    let lives = 0;
    const scenario: Scenario = {
      name: "counts lives",
      setup: oneTask,
      processes: same(async (actor) => (lives++ % 3 === 2 ? claims(actor) : notes(actor)), 2),
    };
    await expect(explore(scenario)).rejects.toThrow(ELSEWHERE);
  },
  LONG,
);
