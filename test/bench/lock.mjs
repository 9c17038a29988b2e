import lockfile from "proper-lockfile";

/**
 * Runs `change` under the lock library's folder lock, with the retries that the usual designs give it (5 to 100 ms
 * apart). Answers false when every retry met a held lock: the caller's operation was refused.
 */
export async function underLock(path, retries, change) {
  let release;
  try {
    release = await lockfile.lock(path, {
      realpath: false,
      retries: { retries, minTimeout: 5, maxTimeout: 100 },
    });
  } catch (error) {
    if (error.code === "ELOCKED") return false;
    throw error;
  }
  try {
    await change();
  } finally {
    await release();
  }
  return true;
}
