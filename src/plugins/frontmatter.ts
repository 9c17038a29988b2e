import type { Diagnostic } from "./diagnostic.ts";
import { quoted, recovered } from "./frontmatter-repair.ts";
import { type FieldValue, parseFields, type YamlFields } from "./frontmatter-yaml.ts";

/** A key of the frontmatter: what stands behind it, and in which line of the file. */
export interface Field {
  readonly value: FieldValue;
  readonly line: number;
}

/** A markdown file with what stands between its `---` lines. */
export interface Frontmatter {
  /** none: there is none, all is body. unreadable: there is one of which nothing can be read. */
  readonly kind: "read" | "none" | "unreadable";
  readonly fields: ReadonlyMap<string, Field>;
  /** Known keys that begin a line of what is no YAML and became no field, and their lines. */
  readonly lost: ReadonlyMap<string, number>;
  /** What stands behind it, with `\n` as line end. */
  readonly body: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The largest of 7,291 real ones has 5.8 KB. */
const MOST_CHARACTERS = 32 * 1024;

/**
 * Reads a file of skills, commands or agents as Claude Code does. Total: every sequence of bytes is a file. What is not
 * YAML is read as it was meant: plain values in quotes, then the known keys alone. Source: plugins.md §A3 and §B.
 */
export function readFrontmatter(
  bytes: Uint8Array,
  file: string,
  knownKeys: ReadonlySet<string>,
): Frontmatter {
  const diagnostics: Diagnostic[] = [];
  const say = (line: number, message: string): void => {
    diagnostics.push({ file, line, message });
  };
  const lines = textOf(bytes, say).split("\n");
  const end = isFence(lines[0]) ? lines.findIndex((line, index) => index > 0 && isFence(line)) : -1;
  if (end === -1) {
    say(1, whyNone(lines));
    return { kind: "none", fields: new Map(), lost: new Map(), body: lines.join("\n"), diagnostics };
  }
  const found = fieldsOf(lines.slice(1, end), knownKeys, say);
  return {
    kind: found === undefined ? "unreadable" : "read",
    // The first line of the file is the fence.
    fields: new Map(
      [...(found?.fields ?? [])].map(([key, { value, line }]) => [key, { value, line: line + 1 }]),
    ),
    lost: found?.isMended === true ? lostKeys(lines.slice(0, end), found.fields, knownKeys) : new Map(),
    body: lines.slice(end + 1).join("\n"),
    diagnostics,
  };
}

type Say = (line: number, message: string) => void;

function textOf(bytes: Uint8Array, say: Say): string {
  // Takes a byte order mark away, and puts U+FFFD for what is no UTF-8.
  const text = new TextDecoder().decode(bytes);
  const odd = text.indexOf("\uFFFD");
  if (odd !== -1 && !isUtf8(bytes)) say(text.slice(0, odd).split("\n").length, "here it is not UTF-8");
  return text.replaceAll(/\r\n?/g, "\n");
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function isFence(line: string | undefined): boolean {
  return line !== undefined && /^---[ \t]*$/.test(line);
}

function whyNone(lines: readonly string[]): string {
  if (isFence(lines[0])) return "the frontmatter has no end: a line --- is missing";
  const isLate = lines.find((line) => line.trim() !== "")?.startsWith("---") ?? false;
  return isLate
    ? "no frontmatter: --- must be the very first line, without an empty one before it"
    : "no frontmatter: the first line must be ---";
}

interface Found {
  readonly fields: YamlFields["fields"];
  /** It is no YAML, and was read as it may have been meant. */
  readonly isMended: boolean;
}

function lostKeys(
  lines: readonly string[],
  fields: YamlFields["fields"],
  knownKeys: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const begun = lines.flatMap((line, at) => {
    const key = /^\s*["']?([\w-]+)["']?\s*:/.exec(line)?.[1];
    return key !== undefined && knownKeys.has(key) && !fields.has(key) ? [[key, at + 1] as const] : [];
  });
  return new Map(begun);
}

/** Line numbers from the first line behind the fence, from 1; undefined when nothing can be read. */
function fieldsOf(lines: readonly string[], knownKeys: ReadonlySet<string>, say: Say): Found | undefined {
  const text = lines.join("\n");
  if (text.length > MOST_CHARACTERS) {
    say(1, `the frontmatter has ${text.length} characters; at most ${MOST_CHARACTERS} are read`);
    return undefined;
  }
  const strict = parseFields(text);
  const repaired = strict.problem === undefined ? strict : parseFields(quoted(lines).join("\n"));
  if (repaired.problem === undefined) {
    if (strict.problem !== undefined)
      say(strict.problem.line + 1, `${strict.problem.message}; read as if its values stood in quotes`);
    for (const { key, line } of repaired.duplicates)
      say(line + 1, `${key} is there twice; the last one counts`);
    return { fields: repaired.fields, isMended: strict.problem !== undefined };
  }
  const fields = recovered(lines, knownKeys);
  const { line, message } = strict.problem ?? repaired.problem;
  if (fields.size === 0) {
    say(line + 1, `the frontmatter cannot be read: ${message}`);
    return undefined;
  }
  say(line + 1, `${message}; only ${[...fields.keys()].join(", ")} could be read`);
  return { fields, isMended: true };
}
