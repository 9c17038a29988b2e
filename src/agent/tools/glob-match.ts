import { matchesGlob } from "node:path";

/** A test for paths from the work folder. `*` and `**` leave out names that begin with a dot, as in a shell. */
export function globMatcher(pattern: string): (path: string) => boolean {
  quietly(() => matchesGlob("", pattern));
  return (path) => matchesGlob(path, pattern);
}

/** Node announces on stderr that the function is experimental, once, at its first call. */
function quietly(act: () => void): void {
  const announce = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    act();
  } finally {
    process.emitWarning = announce;
  }
}
