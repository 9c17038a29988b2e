import { rmdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isSystemError } from "./disk-error.ts";
import { TroupeError } from "./errors.ts";

/** A lock is taken over when its owner gave no sign of life for this long, in ms; Claude Code's own limit is 10 s. */
const STALE_MS = 15_000;
/** Between two signs of life, in ms. */
const UPDATE_MS = 2_500;
/** About 6 s in all. Source: platform-notes.md §2. */
const TRIES = 400;

/**
 * Runs `job` while this process holds the folder `<path>.lock`. The lock is manners, not truth: two may hold it after a
 * stale one was taken over, so the job looks at what stands on the disk, and `isHeld` says whether the lock was lost.
 * Throws `store_unreachable` when somebody else holds it for too long, and what the job throws.
 */
export async function withLock<T>(path: string, job: (isHeld: () => boolean) => Promise<T>): Promise<T> {
  // Loaded on demand: it costs every command start time, and only network file systems need it.
  const { lock } = await import("proper-lockfile");
  let held = true;
  const release = await acquire(path, () =>
    lock(path, {
      lockfilePath: `${path}.lock`,
      realpath: false,
      stale: STALE_MS,
      update: UPDATE_MS,
      // The library's own answer to a lost lock is to end the process from a timer.
      onCompromised: () => {
        held = false;
      },
    }),
  );
  try {
    return await job(() => held);
  } finally {
    await releaseQuietly(path, release);
  }
}

/** Only a lock of somebody else is worth another try; the library's own retries would wait on any error. */
async function acquire(path: string, lock: () => Promise<() => Promise<void>>): Promise<() => Promise<void>> {
  for (let tries = 1; ; tries++) {
    try {
      return await lock();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!("code" in error && error.code === "ELOCKED") || tries === TRIES) throw notLocked(path, error);
      await sleep(pauseMs(tries));
    }
  }
}

/** 5 to 25 ms, another one for each process, so that those who wait do not knock together. */
function pauseMs(tries: number): number {
  return 5 + ((process.pid * 31 + tries * 17) % 21);
}

function notLocked(path: string, cause: Error): TroupeError {
  return new TroupeError("store_unreachable", `cannot lock ${path}: ${cause.message}`, {
    hint: `if no process of troupe runs, remove ${path}.lock`,
    cause,
    details: { path },
  });
}

/** A lock that was lost cannot be given back; the library says so by errors that have no errno. */
async function releaseQuietly(path: string, release: () => Promise<void>): Promise<void> {
  try {
    await release();
  } catch (error) {
    if (isSystemError(error)) return removeLock(`${path}.lock`);
    const isLost =
      error instanceof Error && "code" in error && ["ERELEASED", "ENOTACQUIRED"].includes(String(error.code));
    if (!isLost) throw error;
  }
}

/**
 * The library forgets a lock whose removal failed: without a second try everybody, this process too, would wait until
 * it is stale. What cannot be removed then either is left for that.
 */
async function removeLock(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
