import type { Ran } from "./state.ts";

const NEVER: Ran = { stretches: [] };

/** It runs from `at` on. */
export function begun({ stretches }: Ran, at: string): Ran {
  return { stretches, since: at };
}

/** It stands still since `at`; undefined: it is not known until when it ran, so the last stretch does not count. */
export function ended({ stretches, since }: Ran = NEVER, at?: string): Ran {
  return { stretches: since === undefined || at === undefined ? stretches : [...stretches, [since, at]] };
}
