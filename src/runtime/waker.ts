import { setMaxListeners } from "node:events";
import type { Log } from "../store/store.ts";

/** All that is asked of a log here. */
type Changing = Pick<Log<never>, "changes">;

/** Wakes one waiter when any of several logs may have more. Close it: what it listens to keeps a process alive. */
export interface Waker {
  /** Listens to this log too, until it is closed or the signal aborts. False when it does so already. */
  readonly watch: (log: Changing) => boolean;
  /** Comes back at the next hint, at once when there was one since the last call, and when the signal aborts. */
  readonly next: () => Promise<void>;
  readonly close: () => void;
}

export function openWaker(signal: AbortSignal): Waker {
  const closed = new AbortController();
  const over = AbortSignal.any([signal, closed.signal]);
  const watched = new Set<Changing>();
  let hinted = false;
  let wake: (() => void) | undefined;

  function hint(): void {
    hinted = true;
    wake?.();
  }

  async function listen(log: Changing): Promise<void> {
    for await (const _ of log.changes(over)) hint();
  }

  // Each log that is watched listens to it; a team has more of them than Node finds usual.
  setMaxListeners(0, over);
  over.addEventListener("abort", hint, { once: true });
  return {
    watch: (log) => {
      if (watched.has(log)) return false;
      watched.add(log);
      // Ends with the signal; `changes` does not throw.
      void listen(log);
      return true;
    },
    next: async () => {
      if (!hinted && !over.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      hinted = false;
      wake = undefined;
    },
    close: () => closed.abort(),
  };
}
