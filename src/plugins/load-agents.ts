import { constants, type Dirent } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isErrno } from "../base/errors.ts";
import {
  type AgentDefinition,
  type AgentScope,
  type BrokenAgent,
  readAgent,
  SCOPES,
} from "./agent-definition.ts";
import { BUILT_IN } from "./built-in-agents.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A folder of definitions. */
export interface AgentFolder {
  readonly scope: AgentScope;
  readonly path: string;
  /** Files that really lie outside of it are refused: a link in a repository would put any file of this user into a prompt. */
  readonly within: string | undefined;
}

/** All agents there are, each name once; names compare without case, a space like a hyphen. */
export interface AgentCatalog {
  /** The strongest scope first, within it by name. */
  readonly agents: readonly AgentDefinition[];
  readonly broken: readonly BrokenAgent[];
  /** What is wrong with a file that is used, or hidden by a stronger one. */
  readonly diagnostics: readonly Diagnostic[];
}

export type FoundAgent =
  | { readonly kind: "found"; readonly definition: AgentDefinition }
  | { readonly kind: "broken"; readonly broken: BrokenAgent }
  | { readonly kind: "none" };

/** A definition that is larger is none. The largest real one has 160 KB. */
const MOST_BYTES = 1024 * 1024;
const MOST_FILES = 2_000;
const DEEPEST = 8;

/** Reads every definition below the folders; earlier folders of a scope win. Never throws for what it finds there. */
export async function loadAgents(folders: readonly AgentFolder[]): Promise<AgentCatalog> {
  const agents = new Map<string, AgentDefinition | BrokenAgent>();
  const diagnostics: Diagnostic[] = [];
  const take = (found: AgentDefinition | BrokenAgent): void => {
    const key = keyOf(found.name);
    const stronger = agents.get(key);
    const at = fileOf(found);
    if (stronger === undefined) agents.set(key, found);
    else if (stronger.scope === found.scope)
      diagnostics.push({
        file: at,
        line: 1,
        message: `${found.name} is hidden by ${fileOf(stronger)}, which has that name too`,
      });
  };
  // A stable sort: the nearest folder of a scope stays in front.
  const ranked = folders.toSorted((one, other) => SCOPES.indexOf(one.scope) - SCOPES.indexOf(other.scope));
  for (const folder of ranked) for (const found of await readFolder(folder)) take(found);
  for (const definition of BUILT_IN) take(definition);
  const all = [...agents.values()];
  const definitions = all.filter((one) => "prompt" in one);
  return {
    agents: definitions,
    broken: all.filter((one) => "why" in one),
    diagnostics: [...definitions.flatMap((one) => one.diagnostics), ...diagnostics],
  };
}

/** The agent of that name. */
export function findAgent({ agents, broken }: AgentCatalog, name: string): FoundAgent {
  const key = keyOf(name);
  const definition = agents.find((one) => keyOf(one.name) === key);
  if (definition !== undefined) return { kind: "found", definition };
  const bad = broken.find((one) => keyOf(one.name) === key);
  return bad === undefined ? { kind: "none" } : { kind: "broken", broken: bad };
}

function keyOf(name: string): string {
  return name.trim().toLowerCase().replaceAll(/\s+/g, "-");
}

function fileOf(found: AgentDefinition | BrokenAgent): string {
  return "why" in found ? found.why.file : found.file;
}

async function readFolder(folder: AgentFolder): Promise<readonly (AgentDefinition | BrokenAgent)[]> {
  const found: (AgentDefinition | BrokenAgent)[] = [];
  for (const path of await filesBelow(folder.path)) {
    const one = await readOne(path, folder);
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** Markdown files below a folder, by name; links to folders are not followed. */
async function filesBelow(folder: string, depth = 0): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < DEEPEST) found.push(...(await filesBelow(path, depth + 1)));
    else if (/\.md$/i.test(entry.name) && (entry.isFile() || entry.isSymbolicLink())) found.push(path);
    if (found.length >= MOST_FILES) break;
  }
  return found.slice(0, MOST_FILES);
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    // Most projects have none. What may not be looked at is not there either.
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG")) return [];
    throw error;
  }
}

/** Undefined for a file that is no definition at all: a page for people, or one that vanished meanwhile. */
async function readOne(
  path: string,
  { scope, within }: AgentFolder,
): Promise<AgentDefinition | BrokenAgent | undefined> {
  const broken = (message: string): BrokenAgent => ({
    name: nameOfFile(path),
    scope,
    why: { file: path, line: 1, message },
  });
  try {
    if (within !== undefined && !(await isBelow(within, path)))
      return broken("it is a link out of the project");
    const bytes = await bytesOf(path);
    if (typeof bytes === "string") return broken(bytes);
    if (isPage(path, bytes)) return undefined;
    const read = readAgent(bytes, path, scope);
    return read.ok ? read.definition : read.broken;
  } catch (error) {
    if (!isErrno(error, "ENOENT", "EACCES", "ELOOP", "ENOTDIR", "ENXIO", "EPERM", "EIO")) throw error;
    return error.code === "ENOENT"
      ? undefined
      : broken(`it cannot be read (${error.code ?? "unknown error"})`);
  }
}

/** Its content, or why it has none. A pipe has no end, and opening one would wait for a writer. */
async function bytesOf(path: string): Promise<Buffer | string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return "it is no regular file";
    if (stats.size > MOST_BYTES) return `it has ${stats.size} bytes; the limit is ${MOST_BYTES}`;
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** README.md and its like explain a folder; they are no agents. */
function isPage(path: string, bytes: Buffer): boolean {
  return (
    /^(readme|contributing|changelog|license|claude|agents)$/i.test(nameOfFile(path)) && bytes[0] !== 0x2d
  );
}

function nameOfFile(path: string): string {
  return path.slice(path.lastIndexOf(sep) + 1).replace(/\.md$/i, "");
}

async function isBelow(folder: string, path: string): Promise<boolean> {
  const way = relative(await realpath(folder), await realpath(path));
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}
