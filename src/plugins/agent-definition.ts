import { basename } from "node:path";
import { PermissionMode } from "../protocol/permissions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { booleanField, countField, listField, type Read, textField } from "./fields.ts";
import { type Frontmatter, readFrontmatter } from "./frontmatter.ts";

/** Where a definition comes from, the strongest first. */
export const SCOPES = ["managed", "project", "user", "built-in"] as const;
export type AgentScope = (typeof SCOPES)[number];

/** An agent as Claude Code's file of it says. Source: plugins.md §A4. */
export interface AgentDefinition {
  readonly name: string;
  /** When to use it, for the model that chooses; one line. */
  readonly description: string;
  /** The system prompt: the body of the file. */
  readonly prompt: string;
  /** Names and patterns as they were written; undefined = all that the caller has. */
  readonly tools: readonly string[] | undefined;
  readonly disallowedTools: readonly string[];
  /** An alias or an id; undefined = the caller's. */
  readonly model: string | undefined;
  readonly maxTurns: number | undefined;
  /** Tokens that it may use; ours, Claude Code does not know it. */
  readonly maxTokens: number | undefined;
  /** Only ever narrows what the caller may do. */
  readonly permissionMode: PermissionMode | undefined;
  readonly scope: AgentScope;
  readonly file: string;
  /** Line of the field that says which tools it has; 1 without one. */
  readonly toolsLine: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** A file of agents that cannot be used. Its name stays taken: no weaker file of that name stands in for it. */
export interface BrokenAgent {
  readonly name: string;
  readonly scope: AgentScope;
  readonly why: Diagnostic;
}

export type ReadAgent =
  | { readonly ok: true; readonly definition: AgentDefinition }
  | { readonly ok: false; readonly broken: BrokenAgent };

const KNOWN_KEYS: ReadonlySet<string> = new Set(
  (
    "name description tools disallowedTools model effort maxTurns maxTokens background omitClaudeMd color isolation " +
    "memory skills experimental permissionMode hooks mcpServers initialPrompt"
  ).split(" "),
);
/** What Claude Code does with them and troupe does not: their writer has to know. */
const NOT_HERE: Readonly<Record<string, string>> = {
  skills: "no skill is loaded in front of it",
  hooks: "its hooks do not run",
  mcpServers: "it has the caller's connectors only",
  isolation: "it works in the caller's folder",
  memory: "it remembers nothing from run to run",
  initialPrompt: "it begins with what it is asked",
  effort: "the model decides",
};
const MOST_NAME = 100;

/** The definition in a markdown file. Total: whatever the bytes, it answers a definition or why there is none. */
export function readAgent(bytes: Uint8Array, file: string, scope: AgentScope): ReadAgent {
  const read = readFrontmatter(bytes, file, KNOWN_KEYS);
  const { fields } = read;
  const name = textField(fields, "name");
  const called = name.kind === "value" ? name.value : fileName(file);
  const broken = (line: number, message: string): ReadAgent => ({
    ok: false,
    broken: { name: called, scope, why: { file, line, message } },
  });
  if (read.kind !== "read") {
    const [why = { line: 1, message: "it cannot be read" }] = read.diagnostics.slice(-1);
    return broken(why.line, why.message);
  }
  const fault = nameFault(called, name) ?? lostLimit(read.lost) ?? limitFault(fields);
  if (fault !== undefined) return broken(fault.line, fault.message);

  const diagnostics = [...read.diagnostics];
  const say = (line: number, message: string): void => {
    diagnostics.push({ file, line, message });
  };
  if (name.kind !== "value") say(1, `it has no name and is called by its file: ${called}`);
  const tools = listField(fields, "tools");
  const description = descriptionOf(fields, file, say);
  tellUnused(fields, say);
  if (read.body.trim() === "") say(1, "it has no prompt: there is nothing behind its frontmatter");
  return {
    ok: true,
    definition: {
      name: called,
      description,
      prompt: read.body.trim(),
      tools: valueOf(tools),
      disallowedTools: valueOf(listField(fields, "disallowedTools")) ?? [],
      model: modelOf(fields),
      maxTurns: valueOf(countField(fields, "maxTurns")),
      maxTokens: valueOf(countField(fields, "maxTokens")),
      permissionMode: modeOf(fields),
      scope,
      file,
      toolsLine: "line" in tools ? tools.line : 1,
      diagnostics,
    },
  };
}

interface Fault {
  readonly line: number;
  readonly message: string;
}

type Fields = Frontmatter["fields"];
type Say = (line: number, message: string) => void;

function fileName(file: string): string {
  return basename(file).replace(/\.md$/i, "");
}

function nameFault(called: string, name: Read<string>): Fault | undefined {
  const line = "line" in name ? name.line : 1;
  if (name.kind === "wrong") return { line, message: "name: it is no word" };
  if (called.length > MOST_NAME) return { line, message: `name: at most ${MOST_NAME} characters` };
  if (/[:\p{C}]/u.test(called)) return { line, message: "name: it may not have : or control characters" };
  return undefined;
}

const LIMITS = ["tools", "disallowedTools", "maxTurns", "maxTokens", "permissionMode"];

/** In what is no YAML a limit may end up as a part of the text before it. */
function lostLimit(lost: Frontmatter["lost"]): Fault | undefined {
  for (const key of LIMITS) {
    const line = lost.get(key);
    if (line !== undefined)
      return {
        line,
        message: `${key}: begin the line with "${key}: ", as a field of its own; it was read as text`,
      };
  }
  return undefined;
}

/** What narrows an agent must be understood: passed over it would leave the agent with more than its writer gave it. */
function limitFault(fields: Fields): Fault | undefined {
  for (const key of ["tools", "disallowedTools"]) {
    const { kind, ...at } = listField(fields, key);
    if (kind === "wrong" && "line" in at)
      return {
        line: at.line,
        message: `${key}: give a list of tools, or their names with commas between them`,
      };
  }
  for (const key of ["maxTurns", "maxTokens"]) {
    const { kind, ...at } = countField(fields, key);
    if (kind === "wrong" && "line" in at)
      return { line: at.line, message: `${key}: give a whole number from 1` };
  }
  const mode = textField(fields, "permissionMode");
  if (mode.kind === "absent" || modeOf(fields) !== undefined) return undefined;
  return { line: mode.line, message: `permissionMode: give one of ${PermissionMode.options.join(", ")}` };
}

function modeOf(fields: Fields): PermissionMode | undefined {
  const mode = valueOf(textField(fields, "permissionMode"));
  // `manual` is what a screen of Claude Code calls the default.
  return mode === "manual" ? "default" : PermissionMode.options.find((one) => one === mode);
}

function modelOf(fields: Fields): string | undefined {
  const model = valueOf(textField(fields, "model"));
  return model === undefined || model.toLowerCase() === "inherit" ? undefined : model;
}

function descriptionOf(fields: Fields, file: string, say: Say): string {
  const description = textField(fields, "description");
  if (description.kind === "value") return description.value.replaceAll(/\s+/g, " ");
  say("line" in description ? description.line : 1, "it has no description: no model knows when to use it");
  return `Agent from ${basename(file)}`;
}

function tellUnused(fields: Fields, say: Say): void {
  for (const [key, { line }] of fields) {
    const what = Object.hasOwn(NOT_HERE, key) ? NOT_HERE[key] : undefined;
    if (what !== undefined) say(line, `${key} is not used: ${what}`);
  }
  const background = booleanField(fields, "background");
  if (background.kind === "wrong") say(background.line, "background: give true or false");
  else if (background.kind === "value" && background.value)
    say(background.line, "background is not used: its caller waits for it");
}

function valueOf<T>(read: Read<T>): T | undefined {
  return read.kind === "value" ? read.value : undefined;
}
