import * as fc from "fast-check";
import { expect } from "vitest";

/** A property of one or more parsers of foreign bytes: some runs of it in `npm test`, as many as one likes by hand. */
export interface Fuzz {
  /** A sentence, and the name by which `npm run test:prop -- --only` finds it. */
  readonly title: string;
  /** The files of src whose parsing it tries to break. */
  readonly parsers: readonly string[];
  /** Throws fast-check's report: counterexample, seed and path. Answers how many inputs were tried. */
  readonly check: (runs: FuzzRuns) => Promise<number>;
}

export interface FuzzRuns {
  readonly runs: number;
  /** Absent: a new one, which a failure prints. */
  readonly seed?: number;
}

interface FuzzDefinition<T> extends Pick<Fuzz, "title" | "parsers"> {
  readonly input: fc.Arbitrary<T>;
  /** What each input costs, as one over the share of runs it gets; 1 unless given. */
  readonly cost?: number;
  /** Made once a check, within a test. What it answers throws when the property does not hold. */
  readonly open: () => (input: T) => unknown;
}

export function fuzz<T>({ title, parsers, input, cost = 1, open }: FuzzDefinition<T>): Fuzz {
  return {
    title,
    parsers,
    check: async ({ runs, seed }) => {
      const holds = open();
      const numRuns = Math.max(1, Math.ceil(runs / cost));
      const property = fc.asyncProperty(input, async (value) => {
        await holds(value);
      });
      await fc.assert(property, { numRuns, ...(seed !== undefined && { seed }) });
      return numRuns;
    },
  };
}

/** Runs of each property in `npm test`. */
const QUICK: FuzzRuns = { runs: 300 };

/** What a property says of an input. */
export const must = expect;

/** What a property says of some inputs: where `when` holds, `then` does. */
export function implies(when: boolean, then: boolean, what: string): void {
  if (when && !then) throw new Error(`not so: ${what}`);
}

/** For `test.each`: the title, and what answers how many inputs were tried. */
export function titled(properties: readonly Fuzz[]): readonly (readonly [string, () => Promise<number>])[] {
  return properties.map(({ title, check }) => [title, () => check(QUICK)] as const);
}
