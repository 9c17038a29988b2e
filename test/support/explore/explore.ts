import { APPEND_FAULTS, type Crash, type Fault, NOTHING, PARTS, type Plan, planText } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { type Run, search } from "./search.ts";
import type { World } from "./sim-process.ts";
import { beginRun } from "./team-run.ts";

export interface Explored {
  readonly plans: number;
  readonly schedules: number;
  readonly redundant: number;
  readonly steps: number;
  /** Plans that a limit cut short. */
  readonly cut: number;
  /** What is broken, the schedule that `--replay` takes, and the calls of that run. */
  readonly broken: string | undefined;
}

export interface ExploreOptions {
  readonly reduce?: boolean;
  /** Crashes at every call, not in front of changes alone. */
  readonly everyCall?: boolean;
  readonly onOutcome?: (outcome: string, plan: Plan) => void;
  /** One of each instead of one of either. */
  readonly both?: boolean;
  /** Runs of one plan after which it gives up. */
  readonly limit?: number;
}

/** How far a process came when nothing went wrong. */
interface Reach {
  calls: number;
  changes: number;
  appends: number;
  readonly appendsAt: Set<number>;
}

type WorldRun = Run & { readonly world: World };

/** Every schedule of a scenario: when nothing goes wrong, and under every plan with one crash or one fault. */
export async function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Explored> {
  const { everyCall = false, both = false, onOutcome, ...rest } = options;
  const reach = scenario.processes.map(
    (): Reach => ({ calls: 0, changes: 0, appends: 0, appendsAt: new Set() }),
  );
  const sum = { plans: 0, schedules: 0, redundant: 0, steps: 0, cut: 0 };
  let plans: readonly Plan[] = [NOTHING];
  for (let at = 0; at < plans.length; at++) {
    const plan = plans[at] ?? NOTHING;
    const worlds: World[] = [];
    const begin = async (): Promise<Run> => {
      const run = await beginRun(scenario, { ...plan, everyCall });
      worlds.splice(0, 1, run.world);
      return run;
    };
    const end = (outcome: string): void => {
      if (plan === NOTHING) for (const world of worlds) widen(reach, world);
      onOutcome?.(outcome, plan);
    };
    const found = await search(begin, { ...rest, onOutcome: end });
    sum.plans++;
    sum.schedules += found.schedules;
    sum.redundant += found.redundant;
    sum.steps += found.steps;
    if (!found.isComplete) sum.cut++;
    if (found.broken) return { ...sum, broken: report(scenario, plan, found.broken, worlds) };
    if (plan === NOTHING) plans = [NOTHING, ...plansOf(scenario, reach, { everyCall, both })];
  }
  return { ...sum, broken: undefined };
}

function widen(reach: readonly Reach[], { processes }: World): void {
  for (const { index, calls, changes, appends, appendsAt } of processes) {
    const mine = reach[index];
    if (!mine) continue;
    mine.calls = Math.max(mine.calls, calls);
    mine.changes = Math.max(mine.changes, changes);
    mine.appends = Math.max(mine.appends, appends);
    for (const at of appendsAt) mine.appendsAt.add(at);
  }
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
  { crashes, looksForDeath, processes }: Scenario,
  reach: readonly Reach[],
  everyCall: boolean,
): Crash[] {
  return (crashes ?? [...processes.keys()]).flatMap((process) => {
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

function report(
  { name }: Scenario,
  plan: Plan,
  { what, choices }: { readonly what: string; readonly choices: readonly number[] },
  worlds: readonly World[],
): string {
  const trace = worlds.flatMap((world) => world.trace.map((say) => `  ${say()}`));
  return [what, `--replay '${name}:${planText(plan)}:${choices.join("")}'`, ...trace].join("\n");
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
  run: WorldRun,
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
