import type { Behavior } from "./behavior.ts";
import type {
  CommandPattern,
  DomainPattern,
  FieldPattern,
  NamePattern,
  PathPattern,
} from "./rule-patterns.ts";
import { commandPattern, domainPattern, fieldPattern, namePattern, pathPattern } from "./rule-patterns.ts";
import { type TextGlob, textGlob } from "./text-glob.ts";

/** Where a rule was written. */
export interface RuleSource {
  readonly scope: "managed" | "flag" | "local" | "project" | "user" | "team" | "session";
  readonly file: string | undefined;
  /** Absolute: where `/p` patterns start. */
  readonly root: string;
}

/** One line of `permissions.allow`, `ask` or `deny`, read. */
export interface Rule {
  readonly behavior: Behavior;
  readonly text: string;
  readonly source: RuleSource;
  /** The tool's name, with `*` for several tools at once. A connector's name alone also stands for all its tools. */
  readonly tools: readonly TextGlob[];
  /** What in the parentheses narrows it; undefined = the whole tool. Where a text can be read in two ways, a deny or ask has both. */
  readonly narrow: Narrow | undefined;
  /** What the writer may not expect of it. */
  readonly warning: string | undefined;
}

export interface Narrow {
  readonly command?: CommandPattern;
  readonly path?: PathPattern;
  readonly domain?: DomainPattern;
  readonly name?: NamePattern;
  readonly field?: FieldPattern;
}

/** Why a line is no rule. Fatal: whoever wrote it may rely on what it does not do. */
export interface RuleProblem {
  readonly text: string;
  readonly source: RuleSource;
  readonly what: string;
  /** The right form. */
  readonly hint?: string;
  readonly isFatal: boolean;
}

const LONGEST = 2_000;
/** Path rules of these are written for another tool. */
const PATH_FORM: Readonly<Record<string, string>> = {
  Write: "Edit",
  NotebookEdit: "Edit",
  MultiEdit: "Edit",
  Glob: "Read",
  Grep: "Read",
};
/** The field that the rule forms of a tool are about. */
const MAIN_FIELDS: ReadonlySet<string> = new Set(["command", "file_path", "path", "notebook_path", "url"]);
const FIELD = /^([A-Za-z_]\w*):([^]*)$/;

/** Reads one line of a list of rules. Total. */
export function parseRule(text: string, behavior: Behavior, source: RuleSource): Rule | RuleProblem {
  const [, written = "", content] =
    text.length > LONGEST ? [] : (/^\s*([\w*-]+)\s*(?:\(([^]*)\))?\s*$/.exec(text) ?? []);
  // As `Task` older settings name the tool that is now `Agent`.
  const name = written === "Task" ? "Agent" : written;
  const wrong = wrongForm(name, text, { behavior, source }) ?? wrongContent(name, content);
  if (wrong) return { text, source, ...wrong, isFatal: behavior !== "allow" };
  const rule = { behavior, text, source, tools: toolGlobs(name) };
  if (content === undefined || content === "*") return { ...rule, narrow: undefined, warning: undefined };
  const narrow = narrowOf(name, content, { behavior, source });
  if (typeof narrow !== "string") return { ...rule, narrow, warning: narrow.command?.warning };
  const isFatal = Object.hasOwn(PATH_FORM, name) || behavior !== "allow";
  return { text, source, what: narrow, hint: hintFor(name, content), isFatal };
}

export function isProblem(parsed: Rule | RuleProblem): parsed is RuleProblem {
  return "isFatal" in parsed;
}

function wrongContent(name: string, content: string | undefined): Wrong | undefined {
  if (content?.trim() === "") return { what: "the parentheses are empty", hint: `write ${name}` };
  return undefined;
}

type Wrong = Pick<RuleProblem, "what" | "hint">;

function wrongForm(name: string, text: string, { behavior }: Writer): Wrong | undefined {
  if (text.length > LONGEST) return { what: `a rule has at most ${LONGEST} characters` };
  if (name === "") return { what: "this is no rule", hint: "write Tool or Tool(pattern)" };
  if (!name.includes("*") || behavior !== "allow" || /^mcp__[^*]+?__/.test(name)) return undefined;
  return { what: "an allow rule for several tools has to name their server", hint: "write mcp__server__*" };
}

function toolGlobs(name: string): readonly TextGlob[] {
  const isServer =
    name.startsWith("mcp__") && !name.includes("*") && !name.slice("mcp__".length).includes("__");
  return isServer ? [textGlob(name), textGlob(`${name}__*`)] : [textGlob(name)];
}

interface Writer {
  readonly behavior: Behavior;
  readonly source: RuleSource;
}

/** What the parentheses say; a text = why they say nothing. */
function narrowOf(name: string, content: string, writer: Writer): Narrow | string {
  const [, field = "", value = ""] = FIELD.exec(content) ?? [];
  if (MAIN_FIELDS.has(field)) return `the field ${field} is what rules of ${name} are about anyway`;
  const byContent = contentPattern(name, content, writer);
  const isDomain = name === "WebFetch" && field === "domain";
  if (field === "" || content.endsWith(":*") || isDomain) return byContent;
  if (writer.behavior === "allow")
    return typeof byContent === "string" ? noField(name, byContent) : byContent;
  const byField = { field: fieldPattern(field, value) };
  return typeof byContent === "string" ? byField : { ...byContent, ...byField };
}

function noField(name: string, why: string): string {
  return Object.hasOwn(PATH_FORM, name) ? why : "fields of the input are for deny and ask rules only";
}

function contentPattern(name: string, content: string, { behavior, source }: Writer): Narrow | string {
  if (name === "Bash") return { command: commandPattern(content, behavior) };
  if (name === "Agent" || name === "Skill") return { name: namePattern(content, name === "Skill") };
  if (name === "Read" || name === "Edit" || name === "Cd") {
    const path = pathPattern(content, behavior, source.root);
    return typeof path === "string" ? path : { path };
  }
  if (name === "WebFetch") {
    const domain = domainPattern(content);
    return domain === undefined ? "the address is named by its domain" : { domain };
  }
  const right = rightTool(name);
  return right === undefined
    ? `${name} has no rules with a pattern`
    : `${name}(…) would never match: paths are named by ${right}`;
}

function hintFor(name: string, content: string): string {
  const right = rightTool(name);
  const [, field, value = ""] = FIELD.exec(content) ?? [];
  if (name === "WebFetch") return "write WebFetch(domain:example.org)";
  if (name === "Bash" && field === "command") return `write Bash(${value})`;
  if (right !== undefined) return `write ${right}(${field === undefined ? content : value})`;
  if (name === "Read" || name === "Edit" || name === "Cd")
    return "write the path from /, ~ or the working folder: //abs, ~/p, /p, p";
  return `write ${name}, or ${name}(field:value) in deny or ask`;
}

function rightTool(name: string): string | undefined {
  return Object.hasOwn(PATH_FORM, name) ? PATH_FORM[name] : undefined;
}
