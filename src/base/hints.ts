/**
 * Turns calls of `hint` into an iteration that says "look again": many calls become one, none is lost. The first look
 * comes at once, after `subscribe` has run, so that nothing is missed between an earlier look and the subscription.
 * `subscribe` answers how to stop. Ends when `signal` aborts; does not throw unless `subscribe` does.
 */
export async function* hints(
  subscribe: (hint: () => void) => () => void,
  signal: AbortSignal,
): AsyncGenerator<void, void, void> {
  let pending = true;
  let wake: (() => void) | undefined;
  const awaken = (): void => wake?.();
  const stop = subscribe(() => {
    pending = true;
    wake?.();
  });
  signal.addEventListener("abort", awaken, { once: true });
  try {
    while (!signal.aborted) {
      if (pending) {
        pending = false;
        yield;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  } finally {
    signal.removeEventListener("abort", awaken);
    stop();
  }
}
