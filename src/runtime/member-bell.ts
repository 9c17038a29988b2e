/** Wakes one waiter. Rings while nobody waits are kept: the next wait returns at once. */
export interface Bell {
  readonly ring: () => void;
  /** Until a ring, at most `ms`; null = only a ring ends it. */
  readonly wait: (ms: number | null) => Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms) => {
      if (!rung && ms !== 0) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (ms !== null) timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        wake = undefined;
      }
      rung = false;
    },
  };
}
