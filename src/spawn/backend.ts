import type { ProcessIdentity } from "../protocol/files.ts";

/** How to start one process of a member or the supervisor. */
export interface StartSpec {
  /** Program and arguments; never a shell. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. Holds `TROUPE_INSTANCE`, by which the process and its descendants are found. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its stdout and stderr go (appended, mode 0600). */
  readonly outputPath: string;
}

export type Exit = { readonly code: number } | { readonly signal: string };

export interface Started {
  readonly identity: ProcessIdentity;
  /** Never rejects. Only while the starter lives: the process outlives it (own session, own group). */
  readonly exited: Promise<Exit>;
}

/** How an agent process is started: a background child here, a tmux pane or a foreign command elsewhere. */
export interface Backend {
  /** Throws TroupeError `failed` (cause keeps errno) when nothing was started. */
  readonly start: (spec: StartSpec) => Promise<Started>;
}
