import { expand } from "brace-expansion";
import { TroupeError } from "../../base/errors.ts";
import { matchesSegment, pathGlob, type Segment } from "../gate/path-glob.ts";

/** `*`, `?`, `[a-z]`, `**`, `{a,b}` and `{1..9}`. As in a shell `*` and `**` leave out names that begin with a dot. */
export interface GlobMatcher {
  /** For paths from the searched folder. */
  readonly matches: (path: string) => boolean;
  /** Whether something below this folder may match. */
  readonly mayLieBelow: (folder: string) => boolean;
}

/** A model writes the pattern, and every path of a search is held against it on the thread of the agent. */
const LONGEST = 1_000;
const MOST_ALTERNATIVES = 100;

/**
 * Takes steps in the length of path and pattern, whatever they are (faults.md L25). Throws `usage` for a pattern that is
 * too long or has too many alternatives.
 */
export function globMatcher(pattern: string): GlobMatcher {
  if (pattern.length > LONGEST) throw new TroupeError("usage", `a pattern has at most ${LONGEST} characters`);
  const expanded = expand(pattern, { max: MOST_ALTERNATIVES + 1 });
  if (expanded.length > MOST_ALTERNATIVES)
    throw new TroupeError("usage", `a pattern has at most ${MOST_ALTERNATIVES} alternatives`);
  const alternatives = expanded.map((one) => pathGlob(one, true).segments);
  return {
    matches: (path) => alternatives.some((segments) => reached(segments, path).has(segments.length)),
    mayLieBelow: (folder) =>
      alternatives.some((segments) => [...reached(segments, folder)].some((at) => at < segments.length)),
  };
}

/** How many segments the path may have used up: all possible numbers at once, so that nothing is tried twice. */
function reached(segments: readonly Segment[], path: string): ReadonlySet<number> {
  let places = withStars(segments, [0]);
  for (const name of path.split("/")) {
    const next = [...places].flatMap((at) => {
      if (at === segments.length) return [];
      const segment = segments[at];
      if (segment === undefined) return name.startsWith(".") ? [] : [at];
      return isMatch(segment, name) ? [at + 1] : [];
    });
    places = withStars(segments, next);
  }
  return places;
}

/** `**` may stand for nothing. */
function withStars(segments: readonly Segment[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>();
  for (const place of places)
    for (let at = place; !all.has(at); at++) {
      all.add(at);
      if (at === segments.length || segments[at] !== undefined) break;
    }
  return all;
}

function isMatch(segment: NonNullable<Segment>, name: string): boolean {
  const [first] = segment;
  const isDotted = first?.kind === "text" && first.text === ".";
  return (isDotted || !name.startsWith(".")) && matchesSegment(segment, name);
}
