import { join } from "node:path";
import { z } from "zod";
import type { Host } from "../base/host.ts";
import { isRecord } from "../base/is-record.ts";
import { McpServer, McpServerName } from "../protocol/mcp-servers.ts";
import { readTextFile, type SettingsProblem } from "./settings-file.ts";
import { foldersOf, realFolder } from "./settings-place.ts";
import { type JsonNode, lineAt, lineOf, scanJson } from "./settings-text.ts";
import { claudeFile } from "./trust.ts";

export type ConnectorScope = "managed" | "member" | "team" | "local" | "project" | "user";

/** One entry of `mcpServers`, and where it stands. */
export interface ConnectorEntry {
  readonly name: string;
  readonly entry: McpServer;
  readonly scope: ConnectorScope;
  /** For people: a path, or where in the team. */
  readonly file: string;
  /** The folder whose trust it needs; undefined = none. */
  readonly root: string | undefined;
}

export interface ConnectorFile {
  readonly entries: readonly ConnectorEntry[];
  readonly problems: readonly SettingsProblem[];
}

const MAX_BYTES = 64 * 1024 * 1024;

/** Where the entries of a file stand in it, by their keys. */
interface Where extends Pick<ConnectorEntry, "scope" | "file" | "root"> {
  readonly keys: readonly string[];
}

/** The servers of a file of Claude Code's, `{"mcpServers": {…}}`. What is wrong with one of them leaves the others. */
export async function readConnectorFile(
  file: string,
  scope: ConnectorScope,
  root?: string,
): Promise<ConnectorFile> {
  return serversIn(await readJson(file), [{ file, scope, root, keys: ["mcpServers"] }]);
}

/** `.mcp.json` of the folder and of those above it up to the root of its repository, the nearest first. */
export async function projectConnectors(dir: string): Promise<readonly ConnectorFile[]> {
  const folders = foldersOf(realFolder(dir));
  return Promise.all(folders.map((root) => readConnectorFile(join(root, ".mcp.json"), "project", root)));
}

/** What Claude Code keeps for the user, and what it was told there about the servers of the project. */
export interface UserConnectors extends ConnectorFile {
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

const Names = z.array(z.string()).catch([]);
const Project = z.looseObject({ enabledMcpjsonServers: Names, disabledMcpjsonServers: Names });

/** The user's servers, and those that the user has for this folder alone, from `.claude.json`. Only read. */
export async function userConnectors(host: Host, dir: string): Promise<UserConnectors> {
  const file = claudeFile(host);
  const json = await readJson(file);
  const folders = [...new Set([dir, realFolder(dir)])];
  const places = folders.map((folder) => ({
    scope: "local" as const,
    keys: ["projects", folder, "mcpServers"],
  }));
  const found = serversIn(
    json,
    [...places, { scope: "user" as const, keys: ["mcpServers"] }].map((place) => ({
      ...place,
      file,
      root: undefined,
    })),
  );
  const projects = folders.map((folder) => Project.safeParse(valueAt(json.value, ["projects", folder])).data);
  return {
    ...found,
    enabled: projects.flatMap((project) => project?.enabledMcpjsonServers ?? []),
    disabled: projects.flatMap((project) => project?.disabledMcpjsonServers ?? []),
  };
}

/** The servers of a record that stands in no file of its own. */
export function connectorsOf(
  servers: unknown,
  place: Pick<ConnectorEntry, "scope" | "file" | "root">,
): ConnectorFile {
  return serversIn({ value: servers, lineOf: () => undefined, problems: [] }, [{ ...place, keys: [] }]);
}

interface Json {
  readonly value: unknown;
  readonly lineOf: (keys: readonly PropertyKey[]) => number | undefined;
  readonly problems: readonly SettingsProblem[];
}

async function readJson(file: string): Promise<Json> {
  const { text, trouble } = await readTextFile(file, MAX_BYTES);
  const nothing = (line: number | undefined, what: string): Json => ({
    value: undefined,
    lineOf: () => undefined,
    problems: [{ file, line, what, hint: "its servers are not there until it is mended", isFatal: false }],
  });
  if (trouble !== undefined) return nothing(undefined, trouble);
  if (text === undefined) return { value: undefined, lineOf: () => undefined, problems: [] };
  try {
    const value: unknown = JSON.parse(text);
    let root: JsonNode | undefined;
    const place = (keys: readonly PropertyKey[]): number | undefined => {
      // Read for places only when one is asked for: the file may have megabytes.
      const scan = root === undefined ? scanJson(text) : undefined;
      if (scan?.ok === true) root = scan.root;
      return root && lineOf(text, root, keys);
    };
    return { value, lineOf: place, problems: [] };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const scan = scanJson(text);
    return scan.ok ? nothing(1, "no JSON") : nothing(lineAt(text, scan.offset), `no JSON: ${scan.what}`);
  }
}

function serversIn(json: Json, places: readonly Where[]): ConnectorFile {
  const found = places.flatMap((where) => {
    const servers = valueAt(json.value, where.keys);
    if (servers === undefined) return [];
    if (!isRecord(servers)) return [problemAt(json, where, { path: [], what: "mcpServers is no object" })];
    return Object.entries(servers).map(([name, told]) => serverIn(json, where, name, told));
  });
  return {
    entries: found.filter((one): one is ConnectorEntry => "entry" in one),
    problems: [...json.problems, ...found.filter((one): one is SettingsProblem => "what" in one)],
  };
}

function serverIn(json: Json, where: Where, name: string, told: unknown): ConnectorEntry | SettingsProblem {
  const { scope, file, root } = where;
  const named = McpServerName.safeParse(name);
  const entry = McpServer.safeParse(told);
  if (named.success && entry.success) return { name, entry: entry.data, scope, file, root };
  const [issue] = named.error?.issues ?? entry.error?.issues ?? [];
  const path = [name, ...(issue?.path ?? [])];
  const what = `${["mcpServers", ...path].map(String).join(".")}: ${issue?.message ?? "wrong"}`;
  return problemAt(json, where, { path, what });
}

function problemAt(
  json: Json,
  { file, keys }: Where,
  { path, what }: { readonly path: readonly PropertyKey[]; readonly what: string },
): SettingsProblem {
  return { file, line: json.lineOf([...keys, ...path]), what, isFatal: false };
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
}
