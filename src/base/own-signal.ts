import { setMaxListeners } from "node:events";

/**
 * Gives `work` a signal of its own that aborts with `signal`: many listen to it at once, and above ten Node warns of a
 * leak. Nothing is left on `signal` when it comes back.
 */
export async function withOwnSignal<T>(
  signal: AbortSignal,
  work: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  setMaxListeners(0, own.signal);
  const abort = (): void => own.abort();
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await work(own.signal);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
