import { TroupeError } from "../../base/errors.ts";
import { matchesSegment, pathGlob, type Segment } from "../gate/path-glob.ts";

/** A model writes the pattern, and every path of a search is held against it on the thread of the agent. */
const LONGEST = 1_000;
const MOST_ALTERNATIVES = 100;

/**
 * A test for paths from the searched folder: `*`, `?`, `[a-z]`, `**` and `{a,b}`. As in a shell `*` and `**` leave out names
 * that begin with a dot. Takes steps in the length of path and pattern, whatever they are. Throws `usage` for a pattern
 * that is too long or has too many alternatives.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  if (pattern.length > LONGEST) throw new TroupeError("usage", `a pattern has at most ${LONGEST} characters`);
  const globs = alternativesOf(pattern).map((one) => pathGlob(one, true).segments);
  return (path) => {
    const parts = path.split("/");
    return globs.some((segments) => matchesWhole(segments, parts));
  };
}

/** The pattern without its braces: one for each choice. */
function alternativesOf(pattern: string): readonly string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const choices = choicesOf(one);
    if (choices === undefined) done.push(one);
    else open.push(...choices);
    if (done.length + open.length > MOST_ALTERNATIVES)
      throw new TroupeError("usage", `a pattern has at most ${MOST_ALTERNATIVES} alternatives`);
  }
  return done;
}

/** What the first braces with a comma in them may be; undefined without such. */
function choicesOf(pattern: string): readonly string[] | undefined {
  const opened: { readonly start: number; readonly cuts: number[] }[] = [];
  let found: { readonly start: number; readonly cuts: readonly number[]; readonly end: number } | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    if (letter === "\\") at++;
    else if (letter === "{") opened.push({ start: at, cuts: [] });
    else if (letter === ",") opened.at(-1)?.cuts.push(at);
    else if (letter === "}") {
      const braces = opened.pop();
      // The inner ones come first: what they make is looked at again.
      if (braces && braces.cuts.length > 0) {
        found = { ...braces, end: at };
        break;
      }
    }
  }
  if (!found) return undefined;
  const { start, cuts, end } = found;
  const ends = [...cuts, end];
  return ends.map(
    (to, index) =>
      `${pattern.slice(0, start)}${pattern.slice((ends[index - 1] ?? start) + 1, to)}${pattern.slice(end + 1)}`,
  );
}

/** Only the last `**` is ever tried again: what an earlier one could do, it can do too. */
function matchesWhole(segments: readonly Segment[], parts: readonly string[]): boolean {
  let at = 0;
  let next = 0;
  let star: { readonly next: number; at: number } | undefined;
  for (;;) {
    if (next === segments.length && at === parts.length) return true;
    const segment = segments[next];
    const part = parts[at];
    if (next < segments.length && segment === undefined) {
      next++;
      star = { next, at };
    } else if (segment && part !== undefined && isMatch(segment, part)) {
      next++;
      at++;
    } else {
      if (!star || !mayPass(parts[star.at])) return false;
      star.at++;
      at = star.at;
      next = star.next;
    }
  }
}

/** Whether `**` goes on behind this name. */
function mayPass(part: string | undefined): boolean {
  return part !== undefined && !part.startsWith(".");
}

function isMatch(segment: NonNullable<Segment>, part: string): boolean {
  const [first] = segment;
  const isDotted = first?.kind === "text" && first.text === ".";
  return (isDotted || !part.startsWith(".")) && matchesSegment(segment, part);
}
