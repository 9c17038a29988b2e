import type { Behavior } from "../../src/agent/gate/behavior.ts";

/**
 * A second, slow gate, written from the page on security and not from `src/agent/gate`: strings and recursion, no
 * indexes, no parser. It judges calls whose parts are known from how they were made.
 */
export interface ReferenceRule {
  readonly behavior: Behavior;
  readonly tool: string;
  /** Undefined = the whole tool. */
  readonly content: string | undefined;
}

/** `*` is any text: tried at every length. */
export function wildcard(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] !== "*") return text[0] === pattern[0] && wildcard(pattern.slice(1), text.slice(1));
  for (let length = 0; length <= text.length; length++)
    if (wildcard(pattern.slice(1), text.slice(length))) return true;
  return false;
}

/** A command rule: `x *` is also `x`, `x:*` the same. */
export function commandMatches(content: string, command: string): boolean {
  const pattern = content.endsWith(":*") ? `${content.slice(0, -2)} *` : content;
  if (pattern.endsWith(" *") && wildcard(pattern.slice(0, -2), command)) return true;
  return wildcard(pattern, command);
}

/** gitignore, one segment against another: `*`, `?`, `[a-z]`, `[!a]`, `\x`. */
function segmentMatches(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*")
    return [...text.split(""), ""].some((_, index) => segmentMatches(pattern.slice(1), text.slice(index)));
  const rest = text.slice(1);
  if (text === "") return false;
  if (pattern[0] === "?") return segmentMatches(pattern.slice(1), rest);
  const set = /^\[([!^]?)([^\]\\]+)\]/.exec(pattern);
  if (set) {
    const letters = (set[2] ?? "").replace(/(.)-(.)/g, (_, low: string, high: string) => {
      let all = "";
      for (let code = low.charCodeAt(0); code <= high.charCodeAt(0); code++) all += String.fromCharCode(code);
      return all;
    });
    return (
      letters.includes(text.charAt(0)) !== (set[1] !== "") &&
      segmentMatches(pattern.slice(set[0].length), rest)
    );
  }
  const [letter, length] = pattern[0] === "\\" && pattern.length > 1 ? [pattern[1], 2] : [pattern[0], 1];
  return letter === text[0] && segmentMatches(pattern.slice(length), rest);
}

function segmentsMatch(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return true;
  if (first === "**") {
    if (rest.length === 0) return path.length > 0;
    return path.some((_, index) => segmentsMatch(rest, path.slice(index)));
  }
  const [part, ...others] = path;
  return part !== undefined && segmentMatches(first, part) && segmentsMatch(rest, others);
}

/** Whether a rule's path pattern, written in a source at `root`, matches the absolute `path`. */
export function pathMatches(
  content: string,
  path: string,
  {
    behavior,
    root,
    home,
    cwd,
    folders,
  }: { behavior: Behavior; root: string; home: string; cwd: string; folders: readonly string[] },
): boolean {
  const below = (base: string, pattern: string): boolean => {
    const prefix = base === "/" ? "/" : `${base}/`;
    const segments = pattern.split("/").filter((part) => part !== "" && part !== ".");
    return path.startsWith(prefix) && segmentsMatch(segments, path.slice(prefix.length).split("/"));
  };
  if (content.startsWith("//")) return below("/", content.slice(2));
  if (content.startsWith("~/")) return below(home, content.slice(2));
  if (content.startsWith("/")) return below(root, content.slice(1));
  if (behavior !== "allow") return [cwd, ...folders].some((base) => below(base, `**/${content}`));
  return content.includes("/") ? below(cwd, content) : below(cwd, `**/${content}`);
}

/** `*.h`: something in front; elsewhere a star stays in its label. */
export function domainMatches(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  const [first, ...rest] = pattern.split(".");
  const labels = host.split(".");
  if (first === "*") {
    const tail = labels.slice(-rest.length);
    return labels.length > rest.length && rest.every((label, index) => wildcard(label, tail[index] ?? ""));
  }
  return (
    labels.length === rest.length + 1 &&
    [first ?? "", ...rest].every((label, index) => wildcard(label, labels[index] ?? ""))
  );
}

/** deny, then ask, then allow; nothing else than rules. */
export function verdictOf(
  rules: readonly ReferenceRule[],
  parts: readonly ((rule: ReferenceRule) => boolean)[],
): Behavior {
  const some = (behavior: Behavior): boolean =>
    rules.some((rule) => rule.behavior === behavior && parts.some((matches) => matches(rule)));
  if (some("deny")) return "deny";
  if (some("ask")) return "ask";
  return parts.every((matches) => rules.some((rule) => rule.behavior === "allow" && matches(rule)))
    ? "allow"
    : "ask";
}
