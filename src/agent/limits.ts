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

/** The bounds of a loop: what was given, else the defaults. */
export function limitsOf(given: Partial<LoopLimits> | undefined): LoopLimits {
  return { ...DEFAULTS, ...given };
}
