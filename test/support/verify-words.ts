/** A broken promise: the number of the invariant, and what was seen. */
export interface Violation {
  readonly invariant: number;
  readonly what: string;
}

/** The team's rules, from the first entry: says whether an entry counts, and the state's hash so far. */
export interface Fold {
  readonly apply: (line: Readonly<Record<string, unknown>>) => boolean;
  readonly hash: () => string;
}

/** The same with reasons. */
export interface Rules extends Fold {
  /** Folds the entry; "ok", or why it does not count. */
  readonly verdict: (line: Readonly<Record<string, unknown>>) => string;
  /** What would become of the entry here. */
  readonly ask: (line: Readonly<Record<string, unknown>>) => string;
}
