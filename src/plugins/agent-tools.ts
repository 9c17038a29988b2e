import type { AgentDefinition } from "./agent-definition.ts";
import { placed } from "./diagnostic.ts";

/** The tools of an agent out of those that are there. */
export interface ChosenTools {
  /** In the order of `there`. */
  readonly names: readonly string[];
  /** Words of the definition that name no tool that is there. */
  readonly unknown: readonly string[];
}

type Wishes = Pick<AgentDefinition, "name" | "tools" | "disallowedTools" | "file" | "toolsLine">;

/**
 * The tools that a definition leaves an agent of those that are `there`; deny first. A string: why it cannot be started,
 * with file and line, because all of its words name tools that nobody here has. Source: plugins.md §A4, §B.
 */
export function chooseTools(definition: Wishes, there: readonly string[]): ChosenTools | string {
  const { name, tools, disallowedTools, file, toolsLine } = definition;
  // In any case of letters: a slip in what is denied must not give it.
  const denied = disallowedTools.map((word) => bareName(word).toLowerCase());
  const left = there.filter((tool) => !denied.some((word) => matches(word, tool.toLowerCase())));
  if (tools === undefined) return { names: left, unknown: [] };
  const words = tools.filter((word) => !isNever(word));
  const unknown = words.filter((word) => !there.some((tool) => matches(word, tool)));
  if (words.length > 0 && unknown.length === words.length)
    return placed({
      file,
      line: toolsLine,
      message: `${name} has none of its tools here: ${tools.join(", ")}; there are ${there.join(", ")}`,
    });
  return { names: left.filter((tool) => words.some((word) => matches(word, tool))), unknown };
}

/** Whether a word of a list of tools names this one: `Read`, `*`, `mcp__server`, `mcp__server__*_item`, `mcp__*`. */
export function matches(word: string, tool: string): boolean {
  if (word === "*" || word === tool) return true;
  if (!word.startsWith("mcp__") || !tool.startsWith("mcp__")) return false;
  return word.includes("*") ? isLike(word.split("*"), tool) : tool.startsWith(`${word}__`);
}

/** The pieces stand in the text in this order, the first at its beginning and the last at its end. */
function isLike(pieces: readonly string[], text: string): boolean {
  const [first = "", ...others] = pieces;
  const last = others.pop() ?? "";
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.startsWith(first) && text.endsWith(last) && at + last.length <= text.length;
}

/** A denied `Bash(rm *)` denies Bash: a part of a tool cannot be taken from a list. */
function bareName(word: string): string {
  return /^([^()]+)\(.*\)$/.exec(word)?.[1]?.trim() ?? word;
}

/** No agent below another starts a third: a list that names it loses nothing by that. */
function isNever(word: string): boolean {
  return /^(Agent|Task)(\(.*\))?$/.test(word);
}
