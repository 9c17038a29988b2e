import { TroupeError } from "../base/errors.ts";

/** The disk does not take or give anything now; it may pass, and no process has to end for it. */
export function isDiskTrouble(error: unknown): error is TroupeError {
  return (
    error instanceof TroupeError &&
    (error.code === "disk_full" || error.code === "state_dir" || error.code === "store_unreachable")
  );
}

/** Does what must be done although not everything can be written down. */
export interface Attempts {
  /** What `write` answers; undefined when the disk did not take it. Throws everything else. */
  readonly attempt: <T>(write: () => Promise<T>) => Promise<T | undefined>;
  /** The first trouble there was. */
  readonly trouble: () => TroupeError | undefined;
}

export function collectTrouble(): Attempts {
  let first: TroupeError | undefined;
  return {
    trouble: () => first,
    attempt: async (write) => {
      try {
        return await write();
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        first ??= error;
        return undefined;
      }
    },
  };
}
