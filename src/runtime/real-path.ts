import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isErrno } from "../base/errors.ts";

/** An absolute path with its links followed as far as it exists; what does not exist, or cannot be looked at, stays as it is written. */
export function realPathSoFar(path: string): string {
  const whole = resolve(path);
  const missing: string[] = [];
  for (let at = whole; ; at = dirname(at)) {
    const real = realOf(at);
    if (real !== undefined) return join(real, ...missing.toReversed());
    if (dirname(at) === at) return whole;
    missing.push(basename(at));
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG")) return undefined;
    if (error instanceof Error && "code" in error && error.code === "ERR_INVALID_ARG_VALUE") return undefined;
    throw error;
  }
}
