import { execFile } from "node:child_process";
import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { isSystemError } from "../base/disk-error.ts";
import { repositoryOf } from "./settings-place.ts";

const GIT_MS = 5_000;
/** A repository's own configuration must not make git start anything. Source: security.md §5. */
const CAREFUL = [
  "--no-optional-locks",
  "--literal-pathspecs",
  "-c",
  "safe.bareRepository=explicit",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
] as const;

/**
 * Whether a `settings.local.json`, which a person keeps for himself, came with the project: git tracks it, it or its
 * folder is a link or somebody else's. Also when git cannot tell: a file that may be a stranger's is one.
 */
export async function isTheProjects(path: string, root: string): Promise<boolean> {
  if (isForeign(path) || isForeign(dirname(path))) return true;
  return repositoryOf(root) !== undefined && (await isTracked(path, root));
}

function isForeign(path: string): boolean {
  try {
    const stats = lstatSync(path);
    const me = process.getuid?.();
    return stats.isSymbolicLink() || (me !== undefined && stats.uid !== me);
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}

/** git answers 0 for a file that it tracks and 1 for one that it does not; anything else is no answer. */
function isTracked(path: string, root: string): Promise<boolean> {
  const args = [...CAREFUL, "-C", root, "ls-files", "--error-unmatch", "--", path];
  return new Promise((resolve) => {
    const options = { timeout: GIT_MS, env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" } };
    execFile("git", args, options, (error) => resolve(error === null || error.code !== 1));
  });
}
