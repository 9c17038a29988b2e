import { union } from "./footprints.ts";
import { BELIEFS, type Beliefs, Minds, type Step, type Thought } from "./minds.ts";
import { type Move, underPlan } from "./move.ts";
import { type Place, Places } from "./places.ts";
import type { Plan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import type { Footprint } from "./search.ts";
import type { StateGraph, Turn } from "./states.ts";
import { begin } from "./team-run.ts";

/** Where all processes stand, and the world they stand in. */
export interface State {
  readonly place: Place;
  readonly thoughts: readonly Thought[];
}

type To = NonNullable<Step["to"]>;
/** The order in which twins show themselves is one that counts. */
const SHOWS: Footprint = { reads: [], writes: ["twins"] };
type Way = Pick<Thought, "move" | "steps">;

/** What can happen in a scenario, shared by all plans with the same faults. */
export interface Model {
  readonly minds: Minds;
  /** The moments and ways under one plan. */
  readonly under: (plan: Plan) => StateGraph<State>;
}

export async function createModel(
  scenario: Scenario,
  faults: Plan,
  beliefs: Beliefs = BELIEFS,
): Promise<Model> {
  const minds = new Minds(scenario, faults, beliefs);
  const places = new Places();
  const { world } = await begin(scenario, faults);
  const thoughts: Thought[] = [];
  for (const index of scenario.processes.keys()) thoughts.push(await minds.first(index));
  const initial: State = { place: places.of(world.shared), thoughts };

  let seen = 0;

  /** What somebody does is what those may do who stand where it stood on the way there. */
  function remember(thought: Thought, { reads, writes }: Footprint): void {
    for (let at: Thought | undefined = thought; at; at = at.before?.thought) {
      const { future } = at;
      const before = future.reads.size + future.writes.size;
      for (const name of reads) future.reads.add(name);
      for (const name of writes) future.writes.add(name);
      const grown = future.reads.size + future.writes.size - before;
      if (grown === 0) return;
      seen += grown;
    }
  }

  function under(plan: Plan): StateGraph<State> {
    /** Deaths, and how they end where: of this plan alone. */
    const ways = new Map<Thought, Way>();
    const mortal = new Set(plan.crashes.map(({ process }) => process));

    function wayOf(thought: Thought): Way {
      if (!mortal.has(thought.process)) return thought;
      const known = ways.get(thought);
      if (known) return known;
      const move = underPlan(plan, thought.process, thought.move, thought);
      const way = move === thought.move ? thought : { move, steps: new Map<number, Step>() };
      ways.set(thought, way);
      return way;
    }

    const { twins = [] } = scenario;
    const marked = [...plan.crashes, ...plan.faults].map(({ process }) => process);
    const alike = twins.filter((process) => !marked.includes(process));

    /** It would show itself for the first time, and does so in the order of the twins. */
    function isFirst({ process, hasShown }: Thought, move: Move): boolean {
      return !hasShown && move.shows && twins.includes(process);
    }

    function isItsTurn({ thoughts: all }: State, thought: Thought): boolean {
      const at = alike.indexOf(thought.process);
      const elder = at > 0 ? all[alike[at - 1] ?? -1] : undefined;
      if (!elder || !thought.move || !isFirst(thought, thought.move)) return true;
      return beliefs.mayFollow(elder);
    }

    function stepOf({ place, thoughts: all }: State, process: number): Step | undefined {
      const thought = all[process];
      if (!thought || place.world.dead.has(process)) return undefined;
      const { move, steps } = wayOf(thought);
      const known = steps.get(place.id);
      if (known || !move) return known;
      const own = move.footprint(place.world);
      const step: Step = {
        footprint: isFirst(thought, move) ? union(own, SHOWS) : own,
        isEnabled: move.isEnabled(place.world),
        to: undefined,
      };
      steps.set(place.id, step);
      remember(thought, step.footprint);
      return step;
    }

    async function learn({ place, thoughts: all }: State, process: number, step: Step): Promise<To> {
      const thought = all[process];
      const move = thought && wayOf(thought).move;
      if (!thought || !move) throw new Error(`process ${process} has no step to take`);
      const isChange = step.footprint.writes.length > 0;
      const there = isChange ? place.world.clone() : place.world;
      const answer = move.take(there);
      const next = move === thought.move ? await minds.after(thought, answer) : thought;
      step.to = { thought: next, place: isChange ? places.of(there) : place };
      return step.to;
    }

    return {
      processes: scenario.processes.length,
      initial,
      next: (state, process) => stepOf(state, process)?.footprint,
      isEnabled: (state, process) => {
        const thought = state.thoughts[process];
        const isOpen = stepOf(state, process)?.isEnabled ?? false;
        return isOpen && thought !== undefined && isItsTurn(state, thought);
      },
      step: (state, process) => {
        const step = stepOf(state, process);
        if (!step) throw new Error(`process ${process} has no step to take`);
        const go = ({ thought, place }: To): State => ({
          place,
          thoughts: state.thoughts.with(process, thought),
        });
        return step.to ? go(step.to) : learn(state, process, step).then(go);
      },
      broken: ({ place }) => place.broken,
      seenSoFar: () => seen,
      isApart: (state, process) => {
        const footprint = stepOf(state, process)?.footprint;
        if (!footprint) return false;
        const { reads, writes } = footprint;
        return state.thoughts.every(
          (other) =>
            other.process === process ||
            !stepOf(state, other.process) ||
            (!writes.some((name) => other.future.reads.has(name) || other.future.writes.has(name)) &&
              !reads.some((name) => other.future.writes.has(name))),
        );
      },
      createSeen: () => createSeen(scenario.processes.length),
    };
  }

  return { minds, under };
}

/** Thoughts by number, three of them in one double. */
const THOUGHTS = 2 ** 17;

function createSeen(processes: number): (state: State, turn: Turn) => boolean {
  if (processes > 3) throw new Error("more processes than a state can be known again of");
  const seen = new Map<number, Map<number, number>>();
  return ({ place, thoughts }, { last, preemptions }) => {
    let key = 0;
    for (const { id } of thoughts) {
      if (id >= THOUGHTS) throw new Error("more thoughts than a state can be known again of");
      key = key * THOUGHTS + id;
    }
    const where = place.id * (processes + 1) + last + 1;
    const here = seen.get(where) ?? new Map<number, number>();
    seen.set(where, here);
    const fewest = here.get(key);
    if (fewest !== undefined && fewest <= preemptions) return false;
    here.set(key, preemptions);
    return true;
  };
}
