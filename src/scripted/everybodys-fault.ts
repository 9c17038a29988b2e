import type { ApiError } from "./api-error.ts";
import { statusError } from "./deliver.ts";
import type { Fault } from "./script.ts";

/** A fault that stands for everybody who asks, until its time is over. */
export interface EverybodysFault {
  /** What every request is answered with now; undefined when nothing stands. */
  readonly standing: () => ApiError | undefined;
  /** A fault with `everybodyMs` stands from now on. */
  readonly begin: (fault: Fault | undefined) => void;
}

export function openEverybodysFault(): EverybodysFault {
  let standing: { readonly fault: Fault; readonly until: number } | undefined;
  return {
    standing: () => {
      if (standing === undefined) return undefined;
      const leftMs = Math.ceil(standing.until - performance.now());
      return leftMs > 0 ? statusError({ retryAfterMs: leftMs, ...standing.fault }) : undefined;
    },
    begin: (fault) => {
      if (fault?.everybodyMs !== undefined)
        standing = { fault, until: performance.now() + fault.everybodyMs };
    },
  };
}
