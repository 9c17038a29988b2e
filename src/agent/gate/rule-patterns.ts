import { domainToASCII } from "node:url";
import type { Behavior } from "./behavior.ts";
import { type PathGlob, pathGlob } from "./path-glob.ts";
import { matchesText, type Tally, type TextGlob, textGlob } from "./text-glob.ts";

export interface CommandPattern {
  readonly globs: readonly TextGlob[];
  readonly isExact: boolean;
  /** The first word, where the pattern fixes it: rules are found by it. */
  readonly first: string | undefined;
  /** The longest text without a star: what does not contain it is no match. */
  readonly key: string;
  /** What every match begins with. */
  readonly head: string;
  readonly warning: string | undefined;
}

type PathStart = "root" | "source" | "home" | "cwd";

export interface PathPattern {
  /** Where the pattern starts; cwd: for deny and ask in every working folder. */
  readonly from: PathStart;
  /** The settings source's folder, for `from: "source"`. */
  readonly root: string;
  readonly glob: PathGlob;
}

export interface DomainPattern {
  /** `*.h`: something must stand in front. */
  readonly isBelow: boolean;
  readonly labels: readonly TextGlob[];
  readonly isAll: boolean;
}

export interface NamePattern {
  readonly globs: readonly TextGlob[];
  /** A deny or ask of `Skill(name)` is about the name, whatever the arguments. */
  readonly isNameOnly: boolean;
}

export interface FieldPattern {
  readonly field: string;
  readonly value: TextGlob;
}

/** What runs, as its argument, whatever program it is told. */
const RUNNERS =
  /^(?:(?:npx|bunx|pnpx|uvx|sudo|doas|env|xargs|eval|exec|ssh|bash|sh|zsh|dash|nohup|time|timeout|nice|python3?|node|perl|ruby)|(?:npm|pnpm|yarn) (?:exec|x|dlx)|(?:docker|podman) (?:exec|run)|(?:devbox|poetry|uv|pipenv) run|(?:mise|direnv|bundle|asdf) exec)(?: |$)/;
const EXACT_ONLY = /^(?:watch|setsid|ionice|flock)(?: |$)|^find .*-(?:exec|ok|delete)/;

export function commandPattern(content: string, behavior: Behavior): CommandPattern {
  const text = content
    .trim()
    .replace(/[ \t]+/g, " ")
    .replace(/ ?:\*$/, " *");
  // A star behind a space needs a word's end: `ls *` is also `ls`, never `lsof`.
  const globs = text.endsWith(" *") ? [textGlob(text.slice(0, -2)), textGlob(text)] : [textGlob(text)];
  const { head, tail } = textGlob(text);
  const space = head.indexOf(" ");
  const isExact = tail === undefined;
  const first = space === -1 && !isExact ? undefined : head.slice(0, space === -1 ? undefined : space);
  const warning = behavior === "allow" && !isExact ? warningFor(head) : undefined;
  const key = longest((text.endsWith(" *") ? text.slice(0, -2) : text).split("*"));
  return { globs, isExact, first, key, head, warning };
}

function longest(texts: readonly string[]): string {
  return texts.reduce((best, text) => (text.length > best.length ? text : best), "");
}

function warningFor(head: string): string | undefined {
  if (EXACT_ONLY.test(head))
    return "no pattern covers this command: only a rule for exactly the command that runs";
  return RUNNERS.test(head) ? "it allows whatever program is named behind it" : undefined;
}

/** A text = what is wrong with it. */
export function pathPattern(content: string, behavior: Behavior, root: string): PathPattern | string {
  const text = content.trim();
  if (/(^|\/)\.\.(\/|$)/.test(text)) return "a pattern cannot go up with ..";
  if (text.startsWith("!")) return "a pattern that takes away (!) is not read";
  const [from, rest] = startOf(text);
  // A folder's rule also holds for the folder itself where it forbids.
  const pattern = behavior === "allow" ? rest : rest.replace(/(?<=[^/])\/+$/, "");
  const isBare = !text.replace(/\/+$/, "").includes("/");
  const isAnchored = from !== "cwd" || (behavior === "allow" && !isBare);
  return { from, root, glob: pathGlob(pattern === "" ? "**" : pattern, isAnchored) };
}

function startOf(text: string): readonly [PathStart, string] {
  if (text.startsWith("//")) return ["root", text.slice(2)];
  if (text.startsWith("/")) return ["source", text.slice(1)];
  if (text === "~" || text.startsWith("~/")) return ["home", text.slice(2)];
  return ["cwd", text.startsWith("./") ? text.slice(2) : text];
}

export function domainPattern(content: string): DomainPattern | undefined {
  const host = /^domain:\s*([^\s/:@]+)\s*$/.exec(content)?.[1]?.toLowerCase().replace(/\.$/, "");
  if (host === undefined || host === "") return undefined;
  const isBelow = host.startsWith("*.");
  const labels = (isBelow ? host.slice(2) : host).split(".");
  const globs = labels.map((label) => textGlob(label.includes("*") ? label : domainToASCII(label) || label));
  return { isBelow, labels: globs, isAll: host === "*" };
}

/** The labels of a host as `URL` gives it: lower case, punycode, no dot at the end. */
export function matchesDomain({ isBelow, labels, isAll }: DomainPattern, parts: readonly string[]): boolean {
  if (isAll) return true;
  const more = parts.length - labels.length;
  if (isBelow ? more < 1 : more !== 0) return false;
  return labels.every((label, index) => matchesText(label, parts[more + index] ?? ""));
}

export function namePattern(content: string, hasArguments: boolean): NamePattern {
  const text = content.trim().replace(/ ?:\*$/, " *");
  const globs = text.endsWith(" *") ? [textGlob(text.slice(0, -2)), textGlob(text)] : [textGlob(text)];
  return { globs, isNameOnly: hasArguments && !text.includes("*") };
}

export function fieldPattern(field: string, value: string): FieldPattern {
  return { field, value: textGlob(value) };
}

/** A scalar field at the top of the input, as the model sent it; a field that was left out matches nothing. */
export function matchesField(
  { field, value }: FieldPattern,
  input: Readonly<Record<string, unknown>>,
): boolean {
  const sent = Object.hasOwn(input, field) ? input[field] : undefined;
  if (typeof sent !== "string" && typeof sent !== "number" && typeof sent !== "boolean") return false;
  return matchesText(value, String(sent));
}

export function matchesAny(globs: readonly TextGlob[], text: string, tally?: Tally): boolean {
  return globs.some((glob) => matchesText(glob, text, tally));
}
