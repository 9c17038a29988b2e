/** A broken promise: the number of the invariant, and what was seen. */
export interface Violation {
  readonly invariant: number;
  readonly what: string;
}

/** The team's rules, from the first entry. */
export interface Fold {
  /** Folds the entry; "ok", or why it does not count. */
  readonly apply: (line: Readonly<Record<string, unknown>>) => string;
  /** What would become of the entry here. */
  readonly ask: (line: Readonly<Record<string, unknown>>) => string;
  readonly hash: () => string;
}
