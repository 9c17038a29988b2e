import { TroupeError } from "../base/errors.ts";
import type { Log } from "../store/store.ts";

/** Lets time pass, in ms. */
export type Wait = (ms: number) => Promise<void>;

/** Waits between the tries of one uncertain append, in ms: a full disk or a slow server may recover. */
const WAITS_MS = [10, 30, 100, 300] as const;

/**
 * Appends until the entry surely stands. A short write may yet become a valid line (M2), so the same entry is appended
 * again with the same id, which counts once. `isThere` says that it was found in the log in the meantime. Throws what
 * `append` throws when nothing stands, and `failed` or that error's code, saying "uncertain", when something may.
 */
export async function appendSurely<E extends { readonly id: string }>(
  log: Log<E>,
  entry: E,
  isThere: () => Promise<boolean>,
  wait: Wait,
): Promise<void> {
  if ((await log.append(entry)) === "done") return;
  for (const waitMs of WAITS_MS) {
    if (await isThere()) return;
    await wait(waitMs);
    if ((await again(log, entry)) === "done") return;
  }
  if (await isThere()) return;
  throw uncertain("failed", entry.id, cutShort(`${WAITS_MS.length + 1} writes were cut short`), undefined);
}

async function again<E extends { readonly id: string }>(
  log: Log<E>,
  entry: E,
): Promise<"done" | "uncertain"> {
  try {
    return await log.append(entry);
  } catch (error) {
    if (error instanceof TroupeError) throw uncertain(error.code, entry.id, cutShort(error.message), error);
    throw error;
  }
}

function cutShort(what: string): string {
  return `its write was cut short; ${what}`;
}

/** Something may stand: whoever asked must look before it asks again. */
export function uncertain(
  code: TroupeError["code"],
  id: string,
  why: string,
  cause: TroupeError | undefined,
): TroupeError {
  return new TroupeError(code, `uncertain whether entry ${id} counts: ${why}`, {
    hint: "mend what is wrong with the disk, look whether it happened, and repeat it if not",
    cause,
    details: { id, uncertain: true },
  });
}
