/** A number of places; who finds none waits, in the order of coming. */
export interface Places {
  /** The next free place, to be left by calling what it answers; undefined when the signal came first. */
  readonly take: (signal: AbortSignal) => Promise<(() => void) | undefined>;
}

export function createPlaces(count: number): Places {
  let free = count;
  const waiting: (() => void)[] = [];

  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  /** Once only: a place that is left twice would be two. */
  const once = (): (() => void) => {
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      leave();
    };
  };

  return {
    take: async (signal) => {
      if (signal.aborted) return undefined;
      if (free > 0) {
        free--;
        return once();
      }
      const isMine = await new Promise<boolean>((resolve) => {
        const called = (): void => {
          signal.removeEventListener("abort", gone);
          resolve(true);
        };
        const gone = (): void => {
          waiting.splice(waiting.indexOf(called), 1);
          resolve(false);
        };
        waiting.push(called);
        signal.addEventListener("abort", gone, { once: true });
      });
      return isMine ? once() : undefined;
    },
  };
}
