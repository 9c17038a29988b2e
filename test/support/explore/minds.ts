import type { Answer, Counts, Move } from "./move.ts";
import type { Place } from "./places.ts";
import type { Plan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import type { Footprint } from "./search.ts";
import type { SimProcess } from "./sim-process.ts";
import { type Begun, begin, saidBy } from "./team-run.ts";

/** What a step of a thought does in one place. */
export interface Step {
  readonly footprint: Footprint;
  readonly isEnabled: boolean;
  to: { readonly thought: Thought; readonly place: Place } | undefined;
}

/** Where a process stands: all answers that it was given so far, and what it does next. */
export interface Thought extends Counts {
  readonly id: number;
  readonly process: number;
  readonly before: { readonly thought: Thought; readonly answer: Answer } | undefined;
  /** Undefined when it has ended. */
  readonly move: Move | undefined;
  readonly appends: number;
  /** It took a step already that others can notice. */
  readonly hasShown: boolean;
  /** What it noted, was told and received. */
  readonly said: string;
  readonly after: Map<string, Thought>;
  readonly steps: Map<number, Step>;
  /** What it was seen to look at and to change from here on, by name. */
  readonly future: { readonly reads: Set<string>; readonly writes: Set<string> };
}

/** What the search takes to be true of processes; a test gives false ones. */
export interface Beliefs {
  /** Answers with the same key leave a process the same. */
  readonly keyOf: (answer: Answer) => string;
  /** A twin may show itself for the first time when the one in front of it stands there. */
  readonly mayFollow: (elder: Thought) => boolean;
}

export const BELIEFS: Beliefs = {
  keyOf,
  mayFollow: ({ hasShown, move }) => hasShown || !move,
};

interface Life {
  readonly begun: Begun;
  readonly process: SimProcess;
}

/**
 * What the processes of a scenario do, learned from the real code once and remembered. A process knows the world from
 * the answers of its calls alone, so the same answers lead to the same next call, whatever else has happened.
 */
export class Minds {
  readonly #scenario: Scenario;
  readonly #plan: Plan;
  readonly #keyOf: Beliefs["keyOf"];
  readonly #thoughts: Thought[] = [];
  /** A process that waits with exactly this thought. */
  readonly #lives = new Map<Thought, Life>();

  /** Of a plan only its faults matter: deaths are nothing that a process knows. */
  constructor(scenario: Scenario, plan: Plan, { keyOf: key }: Beliefs) {
    this.#scenario = scenario;
    this.#keyOf = key;
    this.#plan = { crashes: [], faults: plan.faults };
  }

  get all(): readonly Thought[] {
    return this.#thoughts;
  }

  async first(index: number): Promise<Thought> {
    const life = await this.#bear(index);
    return this.#think(life, undefined);
  }

  async after(thought: Thought, answer: Answer): Promise<Thought> {
    const key = this.#keyOf(answer);
    const known = thought.after.get(key);
    if (known) return known;
    const life = this.#lives.get(thought) ?? (await this.#again(thought));
    this.#lives.delete(thought);
    await life.process.go(answer);
    const next = this.#think(life, { thought, answer });
    thought.after.set(key, next);
    return next;
  }

  async #bear(index: number): Promise<Life> {
    const begun = await begin(this.#scenario, this.#plan, index);
    const actor = begun.actors.find((each) => each.index === index);
    const body = this.#scenario.processes[index];
    if (!actor || !body) throw new Error(`no process ${index}`);
    await actor.process.start(() => body(actor));
    return { begun, process: actor.process };
  }

  /** Another life that was given the same answers. */
  async #again(thought: Thought): Promise<Life> {
    const answers: Answer[] = [];
    for (let at = thought.before; at; at = at.thought.before) answers.unshift(at.answer);
    const life = await this.#bear(thought.process);
    for (const answer of answers) await life.process.go(answer);
    const { move } = life.process;
    if (move?.text() !== thought.move?.text())
      throw new Error(`the same answers led to ${move?.text()}, before to ${thought.move?.text()}`);
    return life;
  }

  #think(life: Life, before: Thought["before"]): Thought {
    const { process, begun } = life;
    const { index, move, calls, changes, appends, hasShown } = process;
    const thought: Thought = {
      id: this.#thoughts.length,
      process: index,
      before,
      move,
      calls,
      changes,
      appends,
      hasShown,
      said: saidBy(begun, process),
      after: new Map(),
      steps: new Map(),
      future: { reads: new Set(), writes: new Set() },
    };
    this.#thoughts.push(thought);
    if (move) this.#lives.set(thought, life);
    return thought;
  }
}

function keyOf(answer: Answer): string {
  const held = answer.holds === undefined ? "" : String(answer.holds);
  if (!answer.ok) return `${held}!${String(answer.error)}`;
  const { value } = answer;
  if (value instanceof Uint8Array)
    return `${held}${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")}`;
  return `${held}${JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each))}`;
}
