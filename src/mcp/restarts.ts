/** Source: faults.md J5. */
export interface RestartLimits {
  readonly restarts: number;
  readonly windowMs: number;
  /** Before the first restart; doubled each time. */
  readonly backoffMs: number;
}

const LIMITS: RestartLimits = { restarts: 3, windowMs: 300_000, backoffMs: 1_000 };

/** How often a server was started again. */
export interface Restarts {
  /** How long to wait before the next restart; undefined when there were too many. */
  readonly nextInMs: () => number | undefined;
  readonly note: () => void;
}

export function countRestarts(clock: () => number, given: Partial<RestartLimits> = {}): Restarts {
  const { restarts, windowMs, backoffMs } = { ...LIMITS, ...given };
  let times: readonly number[] = [];
  return {
    nextInMs: () => {
      const now = clock();
      times = times.filter((at) => now - at < windowMs);
      return times.length < restarts ? backoffMs * 2 ** times.length : undefined;
    },
    note: () => {
      times = [...times, clock()];
    },
  };
}
