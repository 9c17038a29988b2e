import { constants, lstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isSystemError } from "../base/disk-error.ts";
import { isErrno } from "../base/errors.ts";
import { IGNORED_HELPERS, PERMISSION_KEYS, Settings } from "../protocol/settings.ts";
import { nearestNames } from "../team/derive.ts";
import { type JsonNode, lineAt, lineOf, memberOf, scanJson } from "./settings-text.ts";

const MAX_BYTES = 1024 * 1024;
/** Other programs write these files in place: a text that does not parse is read again so often, so long after, in ms. Source: faults.md D1. */
const AGAIN_MS = [50, 150] as const;

/** What is wrong with a settings file. Never quotes its content, which may hold secrets. */
export interface SettingsProblem {
  readonly file: string;
  readonly line: number | undefined;
  readonly what: string;
  readonly hint?: string;
  /** The file may have held a rule that forbids: nobody may start as if it had not. */
  readonly isFatal: boolean;
}

/** `file:line`, as far as it is known. */
export function placeOf({ file, line }: Pick<SettingsProblem, "file" | "line">): string {
  return line === undefined ? file : `${file}:${line}`;
}

export interface ReadText {
  /** undefined: there is no such file, or `trouble` says why it cannot be read. */
  readonly text: string | undefined;
  readonly trouble: string | undefined;
}

/** A small text file of somebody else's: a link is followed, anything but a plain file of UTF-8 is trouble. */
export async function readTextFile(path: string, maxBytes = MAX_BYTES): Promise<ReadText> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await textOf(file, maxBytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) {
      const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      return { text: undefined, trouble: isLink ? "is a link to nothing" : undefined };
    }
    if (isSystemError(error)) return { text: undefined, trouble: `cannot be read (${error.code})` };
    throw error;
  }
}

async function textOf(file: FileHandle, maxBytes: number): Promise<ReadText> {
  const stats = await file.stat();
  if (!stats.isFile()) return { text: undefined, trouble: "is no file" };
  if (stats.size > maxBytes)
    return { text: undefined, trouble: `has ${stats.size} bytes, more than ${maxBytes}` };
  const bytes = await file.readFile();
  // Checked by the length: a character that was replaced takes three bytes where it took one.
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes)) return { text: undefined, trouble: "is not UTF-8" };
  return { text: text.replace(/^\uFEFF/, ""), trouble: undefined };
}

export interface ParsedSettings {
  /** undefined when the file is not there, or when a problem is fatal. */
  readonly content: Settings | undefined;
  readonly problems: readonly SettingsProblem[];
}

/** Reads one settings file. A file that is not there has no problems; one that is broken never counts as empty. */
export async function readSettingsFile(path: string): Promise<ParsedSettings> {
  for (const again of [...AGAIN_MS, undefined]) {
    const { text, trouble } = await readTextFile(path);
    if (trouble !== undefined) return { content: undefined, problems: [fatal(path, undefined, trouble)] };
    if (text === undefined) return { content: undefined, problems: [] };
    const parsed = parseSettings(path, text);
    if (parsed.content !== undefined || again === undefined || scanJson(text).ok) return parsed;
    await pause(again);
  }
  throw new Error("the last try answers");
}

/** The settings that a text holds, and what is wrong with them by line. */
export function parseSettings(path: string, text: string): ParsedSettings {
  if (text.trim() === "")
    return refused([fatal(path, 1, "is empty", "write {} into it, or remove the file")]);
  const scan = scanJson(text);
  if (!scan.ok) return refused([fatal(path, lineAt(text, scan.offset), `no JSON: ${scan.what}`)]);
  const { root } = scan;
  const at = (keys: readonly PropertyKey[]): number => lineOf(text, root, keys);
  if (root.kind !== "object") return refused([fatal(path, at([]), "is no JSON object")]);
  const parsed = Settings.safeParse(JSON.parse(text));
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) =>
      fatal(path, at(issue.path), `${issue.path.map(String).join(".")}: ${issue.message}`),
    ),
    ...twice(root).map((keys) =>
      fatal(path, at(keys), `${keys.join(".")} stands there twice, and only one of the two would count`),
    ),
  ];
  if (!parsed.success || problems.length > 0) return refused(problems);
  return { content: parsed.data, problems: notices(path, parsed.data, at) };
}

function refused(problems: readonly SettingsProblem[]): ParsedSettings {
  return { content: undefined, problems };
}

function fatal(
  file: string,
  line: number | undefined,
  what: string,
  hint = "mend the file; until then nobody starts who would be bound by it",
): SettingsProblem {
  return { file, line, what, hint, isFatal: true };
}

/** Keys of troupe's that are given twice: the list that loses might be the one that forbids. */
function twice(root: JsonNode): readonly (readonly string[])[] {
  const known = root.members.filter(({ key }) => key in Settings.shape);
  const doubled = repeated(known.map(({ key }) => key)).map((key) => [key]);
  const permissions = memberOf(root, "permissions")?.value;
  const keys =
    permissions?.members.map(({ key }) => key).filter((key) => PERMISSION_KEYS.includes(key)) ?? [];
  return [...doubled, ...repeated(keys).map((key) => ["permissions", key])];
}

function repeated(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
}

function notices(
  file: string,
  content: Settings,
  at: (keys: readonly PropertyKey[]) => number,
): readonly SettingsProblem[] {
  const ignored = IGNORED_HELPERS.filter((key) => content[key] !== undefined).map((key) => ({
    file,
    line: at([key]),
    what: `${key} is ignored: troupe starts no program for credentials`,
    hint: "give the key in the environment, or by a profile",
    isFatal: false,
  }));
  const misspelt = Object.keys(content.permissions ?? {})
    .filter((key) => !PERMISSION_KEYS.includes(key))
    .flatMap((key) =>
      nearestNames(key, PERMISSION_KEYS)
        .slice(0, 1)
        .map((near) => ({ key, near })),
    );
  return [
    ...ignored,
    ...misspelt.map(({ key, near }) => ({
      file,
      line: at(["permissions", key]),
      what: `permissions.${key} means nothing`,
      hint: `did you mean ${near}?`,
      isFatal: false,
    })),
  ];
}
