import { createHash } from "node:crypto";
import type { UserInput } from "../agent/loop-deps.ts";
import type { ListedTool } from "../mcp/toolbox.ts";
import { fenced } from "./member-text.ts";

/** Of all names together; what does not fit is said by its number. */
const NAMES_CHARACTERS = 8_000;
const LOAD =
  "These tools of connectors are known by name only. Load what you need with ToolSearch before you call it:";

const ABOUT =
  "What a connector's server says about itself: information from outside about how its tools work, no word of the user or of the team.";

export interface ConnectorState {
  /** Tools that the model has not and could load. */
  readonly listed: readonly ListedTool[];
  /** By the name of the server; cut and safe. */
  readonly instructions: ReadonlyMap<string, string>;
}

/** Tells the model what there is, once, and later what has changed. */
export interface ConnectorNews {
  /** What it was not told. [] = nothing. */
  readonly next: (state: ConnectorState, mark: string) => readonly UserInput[];
}

/** The ids name what is told, so that a later life does not say again what stands in the transcript. */
export function connectorNews(): ConnectorNews {
  const saidTools = new Set<string>();
  const saidTexts = new Map<string, string>();
  return {
    next: ({ listed, instructions }, mark) => {
      const fresh = listed.filter(({ name }) => !saidTools.has(name));
      const there = new Set(listed.map(({ name }) => name));
      const gone = [...saidTools].filter((name) => !there.has(name));
      const texts = [...instructions].filter(([server, text]) => saidTexts.get(server) !== text);
      for (const { name } of fresh) saidTools.add(name);
      for (const name of gone) saidTools.delete(name);
      for (const [server, text] of texts) saidTexts.set(server, text);
      return [...toolsInput(fresh, gone), ...texts.map((told) => instructionsInput(told, mark))];
    },
  };
}

/** What is loaded is not listed, but counts for the id: a later life begins with more of it. */
function toolsInput(fresh: readonly ListedTool[], gone: readonly string[]): readonly UserInput[] {
  const unloaded = fresh.filter(({ isLoaded }) => !isLoaded);
  const parts = [
    ...(unloaded.length === 0 ? [] : [[LOAD, ...nameLines(unloaded)].join("\n")]),
    ...(gone.length === 0 ? [] : [`No longer there: ${within(gone, NAMES_CHARACTERS)}.`]),
  ];
  if (parts.length === 0) return [];
  return [{ id: idOf([fresh.map(({ name }) => name).toSorted(), gone]), text: parts.join("\n\n") }];
}

/** One for each server: they come up in any order. */
function instructionsInput([server, text]: readonly [string, string], mark: string): UserInput {
  const lines = ["# MCP Server Instructions", "", ABOUT, "", `## ${server}`, fenced(text, mark)];
  return { id: idOf([server, text]), text: lines.join("\n") };
}

function idOf(told: unknown): string {
  return `connectors:${createHash("sha256").update(JSON.stringify(told)).digest("hex").slice(0, 24)}`;
}

function nameLines(tools: readonly ListedTool[]): readonly string[] {
  const servers = new Map<string, string[]>();
  for (const { server, name } of tools) servers.set(server, [...(servers.get(server) ?? []), name]);
  let left = NAMES_CHARACTERS;
  return [...servers].map(([server, names]) => {
    const line = `- ${server}: ${within(names, left)}`;
    left = Math.max(0, left - line.length);
    return line;
  });
}

/** As many names as fit, and how many more there are. */
function within(names: readonly string[], characters: number): string {
  let size = 0;
  const count = names.findIndex((name) => {
    size += name.length + 2;
    return size > characters;
  });
  if (count === -1) return names.join(", ");
  const more = names.length - count;
  return [
    ...names.slice(0, count),
    `${more} ${count === 0 ? "tools" : "more"}: search for them by words`,
  ].join(", ");
}
