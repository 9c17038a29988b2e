import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import { connectorTool } from "./connector-tool.ts";
import type { Pins } from "./pins.ts";
import { rank } from "./rank.ts";
import type { RemoteTool } from "./remote-tool.ts";
import type { Spill } from "./result-text.ts";
import type { Server } from "./server.ts";

/** The connectors' tools of one agent: which of them its model has, and how it gets the others. */
export interface Toolbox {
  /** `ToolSearch`, and the tools that are loaded, in the order in which they were. */
  readonly tools: () => readonly Tool[];
  /** Every tool that can be had, loaded or not, by its name. */
  readonly known: () => readonly ListedTool[];
  readonly remote: (name: string) => RemoteTool | undefined;
}

export interface ListedTool {
  readonly name: string;
  readonly server: string;
  readonly isLoaded: boolean;
}

export interface ToolboxOptions {
  readonly servers: readonly Server[];
  /** Names that were loaded in an earlier life of this conversation. */
  readonly loaded: readonly string[];
  /** Removed by a rule: neither listed nor found. Asked each time. */
  readonly isRemoved: (tool: string) => boolean;
  readonly pins: Pins;
  readonly spill: Spill;
}

export const TOOL_SEARCH = "ToolSearch";
/** What every result that loads something begins with; `loadedIn` reads it. */
const LOADED = "Loaded: ";
/** Characters of all descriptions and schemas (about 2,500 tokens) up to which tools are loaded without being asked for. */
const DIRECT_CHARACTERS = 10_000;
const MOST_FOUND = 5;

interface Entry {
  readonly remote: RemoteTool;
  readonly server: Server;
}

export function openToolbox(options: ToolboxOptions): Toolbox {
  const { servers, isRemoved, pins, spill } = options;
  const loaded = new Set(options.loaded);
  /** One `Tool` for each shape of a tool, so that the same one is the same object. */
  const made = new Map<RemoteTool, Tool>();

  const entries = (): ReadonlyMap<string, Entry> => {
    const all = new Map<string, Entry>();
    for (const server of servers)
      for (const remote of server.tools())
        if (!all.has(remote.name) && !isRemoved(remote.name)) all.set(remote.name, { remote, server });
    return all;
  };
  const toolOf = ({ remote, server }: Entry): Tool => {
    const tool =
      made.get(remote) ?? connectorTool(remote, server, spill, () => pins.pin(remote.name, remote.hash));
    made.set(remote, tool);
    return tool;
  };
  const search = toolSearch((query) => {
    const all = entries();
    const found = findTools(
      query,
      [...all.values()].filter(isThere).map(({ remote }) => remote),
    );
    for (const { name } of found) loaded.add(name);
    return found;
  });
  return {
    tools: () => {
      const all = entries();
      for (const name of direct(all, loaded)) loaded.add(name);
      for (const remote of made.keys()) if (all.get(remote.name)?.remote !== remote) made.delete(remote);
      return [search, ...[...loaded].flatMap((name) => all.get(name) ?? []).map(toolOf)];
    },
    known: () =>
      [...entries().values()].filter(isThere).map(({ remote, server }) => ({
        name: remote.name,
        server: server.config.name,
        isLoaded: loaded.has(remote.name),
      })),
    remote: (name) => entries().get(name)?.remote,
  };
}

/** The names that a result of `ToolSearch` loaded. */
export function loadedIn(result: string): readonly string[] {
  const [line = ""] = result.split("\n", 1);
  return line.startsWith(LOADED) ? line.slice(LOADED.length).split(", ") : [];
}

function isThere({ server }: Entry): boolean {
  return server.state().status !== "unavailable";
}

/** What is loaded without being asked for: servers that want it, and others as long as all of theirs is little. */
function direct(all: ReadonlyMap<string, Entry>, loaded: ReadonlySet<string>): readonly string[] {
  const waiting = [...all.values()].filter(({ remote }) => !loaded.has(remote.name));
  const always = waiting.filter(({ server }) => server.config.alwaysLoad);
  const others = [...all.values()].filter(({ server }) => !server.config.alwaysLoad);
  const size = others.reduce((sum, { remote }) => sum + sizeOf(remote), 0);
  return [...always, ...(size <= DIRECT_CHARACTERS ? waiting : [])].map(({ remote }) => remote.name);
}

function sizeOf({ name, description, inputSchema }: RemoteTool): number {
  return name.length + description.length + JSON.stringify(inputSchema).length;
}

/** `select:` names exactly what is wanted; other words are searched for. */
function findTools(query: string, all: readonly RemoteTool[]): readonly RemoteTool[] {
  const [, selection] = /^\s*select:(.*)$/s.exec(query) ?? [];
  if (selection !== undefined) {
    const names = new Set(selection.split(/[\s,]+/));
    return all.filter(({ name }) => names.has(name));
  }
  const words = all.map((remote) => ({
    remote,
    name: remote.remoteName,
    group: remote.server,
    description: remote.description,
  }));
  return rank(query, words)
    .slice(0, MOST_FOUND)
    .map(({ remote }) => remote);
}

function toolSearch(find: (query: string) => readonly RemoteTool[]): Tool {
  return defineTool({
    name: TOOL_SEARCH,
    description:
      "Loads tools of connectors (mcp__…), which are known by name only until then: you can call them from your next step on. `select:NAME,NAME` loads exactly those; other words search names and descriptions and load the best 5.",
    effect: "read",
    input: z.object({ query: z.string().min(1).max(1_000) }),
    run: async ({ query }): Promise<ToolResult> => {
      const found = find(query);
      if (found.length === 0)
        return {
          text: `No connector tool fits ${JSON.stringify(query)}. Try other words, or select:NAME with a name from the list.`,
          isError: true,
        };
      const lines = found.map(({ name, description }) => `- ${name}: ${firstSentence(description)}`);
      return {
        text: [`${LOADED}${found.map(({ name }) => name).join(", ")}`, ...lines].join("\n"),
        isError: false,
      };
    },
  });
}

function firstSentence(text: string): string {
  const [line = ""] = text.split("\n", 1);
  const [sentence = ""] = /^.*?[.!?](?=\s|$)/.exec(line) ?? [line];
  return sentence.length > 160 ? `${sentence.slice(0, 159)}…` : sentence;
}
