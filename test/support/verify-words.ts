import type { Line } from "./verify-evidence.ts";

/** A broken promise: the number of the invariant, and what was seen. */
export interface Violation {
  readonly invariant: number;
  readonly what: string;
}

/** The team's rules, from the first entry: says whether an entry counts, and the state's hash so far. */
export interface Fold {
  readonly apply: (line: Line) => boolean;
  readonly hash: () => string;
}
