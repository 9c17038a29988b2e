import type { Beliefs, Thought } from "./minds.ts";
import { createModel, type Model, type State } from "./model.ts";
import { APPEND_FAULTS, type Crash, type Fault, NOTHING, PARTS, type Plan, planText } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { type Search, search } from "./search.ts";
import { searchStates } from "./states.ts";
import { beginRun, type TeamRun } from "./team-run.ts";

export interface Explored {
  readonly plans: number;
  readonly schedules: number;
  readonly redundant: number;
  readonly steps: number;
  /** Ends that were checked, on a run of the real code from the start: see `createJudge`. */
  readonly checked: number;
  /** Calls of the processes, each with all that led to it. */
  readonly thoughts: number;
  /** Plans that a limit cut short. */
  readonly cut: number;
  /** What is broken, the schedule that `--replay` takes, and the calls of that run. */
  readonly broken: string | undefined;
}

export interface ExploreOptions {
  readonly reduce?: boolean;
  /** Every state once, in place of one schedule of each class; as the scenario says unless given. */
  readonly states?: boolean;
  /** Crashes at every call, not in front of changes alone. */
  readonly everyCall?: boolean;
  readonly onOutcome?: (outcome: string, plan: Plan) => void;
  /** One of each instead of one of either. */
  readonly both?: boolean;
  /** Where states are gone through: only schedules with at most so many preemptions. */
  readonly preemptions?: number;
  /** False ones, which a test is to see through. */
  readonly beliefs?: Beliefs;
  /** Runs of one plan (steps, where states are gone through) after which it gives up. */
  readonly limit?: number;
}

/** How far a process came when nothing went wrong. */
interface Reach {
  readonly calls: number;
  readonly changes: number;
  readonly appends: number;
  readonly appendsAt: Set<number>;
}

/** Every schedule of a scenario: when nothing goes wrong, and under every plan with one crash or one fault. */
export async function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Explored> {
  const { everyCall = false, both = false, beliefs } = options;
  const sum = { plans: 0, schedules: 0, redundant: 0, steps: 0, checked: 0, thoughts: 0, cut: 0 };
  const base = await createModel(scenario, NOTHING, beliefs);
  let plans: readonly Plan[] = [NOTHING];
  for (let at = 0; at < plans.length; at++) {
    const plan = { ...(plans[at] ?? NOTHING), everyCall };
    const model = plan.faults.length === 0 ? base : await createModel(scenario, plan, beliefs);
    const { found, checked } = await under(scenario, plan, { model, options });
    sum.plans++;
    sum.schedules += found.schedules;
    sum.redundant += found.redundant;
    sum.steps += found.steps;
    sum.checked += checked;
    if (!found.isComplete) sum.cut++;
    if (found.broken) return { ...sum, broken: await report(scenario, plan, found.broken) };
    if (at === 0) plans = [NOTHING, ...plansOf(scenario, reachOf(scenario, model), { everyCall, both })];
    if (model !== base) sum.thoughts += model.minds.all.length;
  }
  sum.thoughts += base.minds.all.length;
  return { ...sum, broken: undefined };
}

async function under(
  scenario: Scenario,
  plan: Plan,
  { model, options }: { readonly model: Model; readonly options: ExploreOptions },
): Promise<{ found: Search; checked: number }> {
  const { reduce, limit, states = scenario.byStates, preemptions, onOutcome } = options;
  const judge = createJudge(scenario, plan, (outcome) => onOutcome?.(outcome, plan));
  const how = { reduce, limit, end: judge.end };
  const graph = model.under(plan);
  const found = await (states ? searchStates(graph, { ...how, preemptions }) : search(graph, how));
  return { found, checked: judge.checked() };
}

interface Judge {
  readonly end: (state: State, choices: readonly number[]) => Promise<string | undefined>;
  readonly checked: () => number;
}

/**
 * Looks at the ends of schedules. An end is what the disk holds, what everybody was told, and the past of each process.
 * It is checked when disk and answers are new, or when one of the pasts is new to this disk: two processes know of one
 * another by the disk alone, so what is true of each with the disk is true of both. To check it, the schedule is run
 * again by the real code from the start, which must end on the same disk and with the same answers.
 */
function createJudge(scenario: Scenario, plan: Plan, onOutcome: (outcome: string) => void): Judge {
  const seen = new Map<string, string>();
  const pasts = new Set<string>();
  let checked = 0;

  async function check(
    { place, thoughts }: State,
    choices: readonly number[],
  ): Promise<{ broken: string | undefined; outcome: string }> {
    checked++;
    const run = await beginRun(scenario, plan);
    for (const choice of choices) {
      const broken = await run.step(choice);
      if (broken !== undefined) return { broken, outcome: broken };
    }
    if (run.world.shared.fingerprint() !== place.world.fingerprint())
      throw new Error(`${choices.join("")}: run again it ended on another disk`);
    if (thoughts.some(({ process, said }) => run.said(process) !== said))
      throw new Error(`${choices.join("")}: run again it ended with other answers`);
    return run.end();
  }

  return {
    checked: () => checked,
    end: async (state, choices) => {
      const { place, thoughts } = state;
      const key = `${place.id} ${thoughts.map(({ said }) => said).join()}`;
      const mine = thoughts.map(({ id }) => `${id} ${place.id}`);
      const known = seen.get(key);
      if (known !== undefined && mine.every((past) => pasts.has(past))) {
        onOutcome(known);
        return undefined;
      }
      const { broken, outcome } = await check(state, choices);
      seen.set(key, outcome);
      for (const past of mine) pasts.add(past);
      onOutcome(outcome);
      return broken;
    },
  };
}

/** How far each process came when nothing went wrong. */
function reachOf({ processes, twins = [] }: Scenario, { minds }: Model): readonly Reach[] {
  return [...processes.keys()].map((index) => {
    const alike = twins.includes(index) ? twins : [index];
    const mine = minds.all.filter(({ process }) => alike.includes(process));
    const most = (of: (thought: Thought) => number): number => Math.max(0, ...mine.map(of));
    return {
      calls: most(({ calls }) => calls),
      changes: most(({ changes }) => changes),
      appends: most(({ appends }) => appends),
      appendsAt: new Set(mine.flatMap(({ move, changes }) => (move?.change?.appends ? [changes] : []))),
    };
  });
}

function plansOf(
  scenario: Scenario,
  reach: readonly Reach[],
  { everyCall, both }: { readonly everyCall: boolean; readonly both: boolean },
): Plan[] {
  const crashes = crashesOf(scenario, reach, everyCall);
  const faults = faultsOf(scenario, reach);
  const one = [
    ...crashes.map((crash) => ({ crashes: [crash], faults: [] })),
    ...faults.map((fault) => ({ crashes: [], faults: [fault] })),
  ];
  if (!both) return one;
  return [
    ...one,
    ...crashes.flatMap((crash) => faults.map((fault) => ({ crashes: [crash], faults: [fault] }))),
  ];
}

function crashesOf(
  { twins = [], processes, crashes, looksForDeath }: Scenario,
  reach: readonly Reach[],
  everyCall: boolean,
): Crash[] {
  const mortal = crashes ?? [...processes.keys()].filter((process) => !twins.slice(1).includes(process));
  return mortal.flatMap((process) => {
    const { calls, changes, appendsAt } = reach[process] ?? {
      calls: 0,
      changes: 0,
      appendsAt: new Set<number>(),
    };
    const moments = Array.from(
      { length: (everyCall ? calls : changes) + (looksForDeath ? 1 : 0) },
      (_, at) => at,
    );
    return moments.flatMap((at): Crash[] => [
      { process, at },
      ...(appendsAt.has(at) && !everyCall ? PARTS.map((lands) => ({ process, at, lands })) : []),
    ]);
  });
}

function faultsOf({ faults = [] }: Scenario, reach: readonly Reach[]): Fault[] {
  return faults.flatMap((process) =>
    Array.from({ length: reach[process]?.appends ?? 0 }, (_, append) => append).flatMap((append) =>
      APPEND_FAULTS.map((kind) => ({ process, append, kind })),
    ),
  );
}

async function report(
  scenario: Scenario,
  plan: Plan,
  { what, choices }: { readonly what: string; readonly choices: readonly number[] },
): Promise<string> {
  const { trace } = await replay(scenario, plan, choices);
  const again = `--replay '${scenario.name}:${planText(plan)}:${choices.join("")}'`;
  return [what, again, ...trace.map((line) => `  ${line}`)].join("\n");
}

/** Takes exactly these steps, then goes on with whoever comes first. Answers what is broken, and the calls. */
export async function replay(
  scenario: Scenario,
  plan: Plan,
  choices: readonly number[],
): Promise<{ broken: string | undefined; trace: readonly string[] }> {
  const run = await beginRun(scenario, plan);
  return walk(run, (enabled, depth) => {
    const choice = choices[depth];
    return choice !== undefined && enabled.includes(choice) ? choice : enabled[0];
  });
}

/** One schedule, each step by `choose`. */
export async function walk(
  run: TeamRun,
  choose: (enabled: readonly number[], depth: number) => number | undefined,
): Promise<{ broken: string | undefined; choices: readonly number[]; trace: readonly string[] }> {
  const choices: number[] = [];
  const said = (): string[] => run.world.trace.map((say) => say());
  for (;;) {
    const waiting = Array.from({ length: run.processes }, (_, process) => process).filter((process) =>
      run.next(process),
    );
    const enabled = waiting.filter((process) => run.isEnabled(process));
    const choice = choose(enabled, choices.length);
    if (choice === undefined) {
      const broken = waiting.length > 0 ? "stuck: they wait for ever" : (await run.end()).broken;
      return { broken, choices, trace: said() };
    }
    choices.push(choice);
    const broken = await run.step(choice);
    if (broken !== undefined) return { broken, choices, trace: said() };
  }
}

/** What a scenario breaks in any of its schedules; undefined when nothing. */
export async function brokenIn(scenario: Scenario): Promise<string | undefined> {
  return (await explore(scenario)).broken;
}
