import type { LoopLimits } from "./loop-deps.ts";

const DEFAULTS: LoopLimits = {
  idleMs: 120_000,
  requestTries: 10,
  connectTries: 4,
  streamTries: 5,
  streamRetryMs: 500,
  maxTurns: 200,
  abortGraceMs: 2_000,
};

/** Bounds of subagents where neither their definition nor the team says more. Sources: plugins.md §C8, faults.md K10. */
export const SUBAGENT_LIMITS = {
  /** Of one agent at the same time; more wait. */
  atOnce: 6,
  /** Model calls of one. */
  maxTurns: 100,
  /** Tokens of one that are read from no cache. */
  maxTokens: 2_000_000,
  /** How long in ms its tools may take to come back after the signal: its caller has to answer within a second. */
  abortGraceMs: 700,
} as const;

/** The bounds of a loop: what was given, else the defaults. */
export function limitsOf(given: Partial<LoopLimits> | undefined): LoopLimits {
  return { ...DEFAULTS, ...given };
}
