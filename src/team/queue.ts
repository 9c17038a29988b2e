/** Runs one piece of work after another, in the order they were asked for. A failed one does not stop the next. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

export function createQueue(): Queue {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    // Its failure is its caller's; the queue only waits for the end.
    tail = result.then(nothing, nothing);
    return result;
  };
}

function nothing(): undefined {
  return undefined;
}

/**
 * Runs `work` one at a time and lets callers share it. Who calls while it runs may have come too late for it: one more
 * run begins then, for all who asked in the meantime.
 */
export function createShared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function run(): Promise<void> {
    if (!running) {
      running = work().finally(() => {
        running = undefined;
      });
      return running;
    }
    const after = (): Promise<void> => {
      next = undefined;
      return run();
    };
    next ??= running.then(after, after);
    return next;
  }
  return run;
}
