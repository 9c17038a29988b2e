import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isSystemError } from "../base/disk-error.ts";
import type { Host } from "../base/host.ts";
import { configFolder } from "./config-folder.ts";
import { foldersOf, realFolder } from "./settings-place.ts";

/** A file with standing instructions, what it imports put in. */
export interface MemoryFile {
  /** Absolute. */
  readonly path: string;
  readonly scope: "managed" | "user" | "project";
  readonly text: string;
}

/** Imports of imports, so deep. Source: plugins.md §A9. */
const MAX_DEPTH = 4;
/** Of one file, what it imports left out; more is cut. */
const FILE_CHARACTERS = 40_000;
/** A bigger file is none. */
const FILE_BYTES = 16 * 1024 * 1024;
/** Of all together. */
const ALL_CHARACTERS = 120_000;
const MANAGED = "/etc/claude-code/CLAUDE.md";

/**
 * The memory files of Claude Code that count for somebody who works in `dir`, in the order in which they are read: the
 * organisation's, the user's, and from the root of the repository down to the folder `CLAUDE.md`, `.claude/CLAUDE.md`,
 * `.claude/rules/*.md` and `CLAUDE.local.md`. `@path` outside of code brings in another file, of a repository's file one
 * of the same repository. What cannot be read is left out; nothing is thrown.
 */
export function readMemoryFiles(host: Host, dir: string, managed = MANAGED): readonly MemoryFile[] {
  const folders = foldersOf(realFolder(dir));
  const root = folders.at(-1) ?? dir;
  const places: (readonly [MemoryFile["scope"], string])[] = [
    ["managed", managed],
    ["user", join(configFolder(host), "CLAUDE.md")],
    ...folders
      .toReversed()
      .flatMap((folder) => projectFiles(folder).map((path) => ["project", path] as const)),
  ];
  const seen = new Set<string>();
  const files: MemoryFile[] = [];
  let left = ALL_CHARACTERS;
  for (const [scope, path] of places) {
    const within = scope === "project" ? root : undefined;
    const text = read(path, { seen, depth: 0, home: host.home, within })?.trim();
    if (text === undefined || text === "" || left <= 0) continue;
    files.push({ path, scope, text: cut(text, left) });
    left -= text.length;
  }
  return files;
}

function projectFiles(folder: string): readonly string[] {
  const rules = join(folder, ".claude", "rules");
  return [
    join(folder, "CLAUDE.md"),
    join(folder, ".claude", "CLAUDE.md"),
    ...namesIn(rules).map((name) => join(rules, name)),
    join(folder, "CLAUDE.local.md"),
  ];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .toSorted();
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

interface Reading {
  readonly seen: Set<string>;
  readonly depth: number;
  readonly home: string;
  /** What a repository's file imports lies in the repository: it may come from a stranger. */
  readonly within: string | undefined;
}

/** Undefined for what is not there, no file, or read before. */
function read(path: string, reading: Reading): string | undefined {
  const real = realFolder(path);
  if (reading.seen.has(real)) return undefined;
  if (reading.within !== undefined && !`${real}/`.startsWith(`${reading.within}/`)) return undefined;
  const text = textOf(real);
  if (text === undefined) return undefined;
  reading.seen.add(real);
  // Rules for certain files only come with those files; a screen that works on them is told then.
  if (/^---\r?\n[^]*?^paths:/m.test(text.split(/\r?\n---/, 1)[0] ?? "")) return undefined;
  return withImports(cut(text, FILE_CHARACTERS), dirname(real), reading);
}

function textOf(path: string): string | undefined {
  try {
    const facts = lstatSync(path);
    // A repository may come from a stranger: what nobody wrote by hand is not taken into memory.
    if (!facts.isFile() || facts.size > FILE_BYTES) return undefined;
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Lines of code, fenced or in back quotes, import nothing. */
function withImports(text: string, folder: string, reading: Reading): string {
  if (reading.depth >= MAX_DEPTH) return text;
  let isCode = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    if (isCode) return line;
    const prose = line.replaceAll(/`[^`]*`/g, "");
    const imported = [...prose.matchAll(/(?<=^|\s)@([^\s@`]+)/g)].flatMap(([, name = ""]) => {
      const path = pathOf(name, folder, reading.home);
      return read(path, { ...reading, depth: reading.depth + 1 }) ?? [];
    });
    return [line, ...imported].join("\n");
  });
  return lines.join("\n");
}

function pathOf(name: string, folder: string, home: string): string {
  if (name.startsWith("~/")) return join(home, name.slice(2));
  return isAbsolute(name) ? name : resolve(folder, name);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n[cut: ${text.length - most} more characters]`;
}
