import type { Tally } from "./text-glob.ts";

/** One segment of a path pattern, as single tokens; `undefined` = `**`, any number of segments. */
export type Segment = readonly Token[] | undefined;
type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "any" }
  | {
      readonly kind: "set";
      readonly isNegated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** A gitignore pattern, from a root. What matches a folder matches everything in it. */
export interface PathGlob {
  readonly segments: readonly Segment[];
  /** Ended with a slash: folders only, so a file is matched by what lies above it. */
  readonly isFolder: boolean;
}

/** `pattern` without its root: no leading slash. Not anchored = at any depth. Total: an unfinished `[` is text. */
export function pathGlob(pattern: string, isAnchored: boolean): PathGlob {
  const isFolder = pattern.endsWith("/");
  const parts = splitSegments(pattern).filter((part) => part !== "" && part !== ".");
  const segments = parts.map((part) => (part === "**" ? undefined : tokensOf(part)));
  const rooted = isAnchored ? segments : [undefined, ...segments];
  // `a/**` is what lies in `a`, not `a` itself.
  const last = rooted.at(-1) === undefined && parts.length > 1 ? [...rooted, tokensOf("*")] : rooted;
  return { segments: last, isFolder };
}

/** A slash always separates; `\/` is one too. */
function splitSegments(pattern: string): readonly string[] {
  return pattern.replaceAll("\\/", "/").split("/");
}

function tokensOf(segment: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < segment.length) {
    const [token, next] = tokenAt(segment, at);
    // Stars in a row are one, so that no segment has more stars than it has reason for.
    if (token.kind !== "any" || tokens.at(-1)?.kind !== "any") tokens.push(token);
    at = next;
  }
  return tokens;
}

function tokenAt(segment: string, at: number): readonly [Token, number] {
  const letter = segment.charAt(at);
  if (letter === "*") return [{ kind: "any" }, at + 1];
  if (letter === "?") return [{ kind: "one" }, at + 1];
  if (letter === "[") return setAt(segment, at) ?? [{ kind: "text", text: letter }, at + 1];
  if (letter === "\\" && at + 1 < segment.length)
    return [{ kind: "text", text: segment.charAt(at + 1) }, at + 2];
  return [{ kind: "text", text: letter }, at + 1];
}

function setAt(segment: string, start: number): readonly [Token, number] | undefined {
  let at = start + 1;
  const isNegated = segment[at] === "!" || segment[at] === "^";
  if (isNegated) at++;
  const ranges: (readonly [string, string])[] = [];
  const first = at;
  while (at < segment.length && (segment[at] !== "]" || at === first)) {
    if (segment[at] === "\\") at++;
    const low = segment.charAt(at);
    const isRange = segment[at + 1] === "-" && at + 2 < segment.length && segment[at + 2] !== "]";
    ranges.push([low, isRange ? segment.charAt(at + 2) : low]);
    at += isRange ? 3 : 1;
  }
  return at < segment.length ? [{ kind: "set", isNegated, ranges }, at + 1] : undefined;
}

/**
 * Whether the path, as its parts below the pattern's root, or a folder above it is matched. Only the last star is ever tried
 * again, so the steps are at most the length of the path times the length of the pattern.
 */
export function matchesPath(
  { segments, isFolder }: PathGlob,
  parts: readonly string[],
  tally?: Tally,
): boolean {
  let at = 0;
  let next = 0;
  let star: { readonly next: number; at: number } | undefined;
  for (;;) {
    // The pattern is used up: what it matched is the path or a folder above it.
    if (next === segments.length && (at < parts.length || !isFolder)) return true;
    if (next < segments.length && segments[next] === undefined) {
      star = { next: next + 1, at };
      next++;
      continue;
    }
    const segment = segments[next];
    const part = parts[at];
    if (segment && part !== undefined && matchesSegment(segment, part, tally)) {
      next++;
      at++;
      continue;
    }
    if (!star || star.at >= parts.length) return false;
    star.at++;
    at = star.at;
    next = star.next;
  }
}

/** One name against one segment. Only the last star is ever tried again. */
export function matchesSegment(tokens: readonly Token[], text: string, tally?: Tally): boolean {
  let at = 0;
  let next = 0;
  let star: { readonly next: number; at: number } | undefined;
  while (at < text.length || next < tokens.length) {
    if (tally) tally.steps++;
    const token = tokens[next];
    if (token?.kind === "any") {
      next++;
      star = { next, at };
    } else if (token && at < text.length && matchesOne(token, text.charAt(at))) {
      next++;
      at++;
    } else {
      if (!star || star.at >= text.length) return false;
      star.at++;
      at = star.at;
      next = star.next;
    }
  }
  return true;
}

function matchesOne(token: Token, letter: string): boolean {
  if (token.kind === "text") return token.text === letter;
  if (token.kind === "set")
    return token.ranges.some(([low, high]) => letter >= low && letter <= high) !== token.isNegated;
  return true;
}

/** The pattern that matches this path and no other. */
export function escapedPath(path: string): string {
  return path.replace(/[\\*?[\]]/g, "\\$&");
}
