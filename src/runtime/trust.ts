import { isAbsolute, join, parse, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { replaceFile } from "../base/atomic-file.ts";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { nodeFiles } from "../base/node-files.ts";
import { ClaudeFile, TroupeFile } from "../protocol/settings.ts";
import { configFolder } from "./config-folder.ts";
import { placeOf, readTextFile, type SettingsProblem } from "./settings-file.ts";
import { realFolder } from "./settings-place.ts";
import { lineAt, scanJson } from "./settings-text.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** Which folders' own files may do more than tighten. */
export interface Trust {
  readonly covers: (folder: string) => boolean;
  /** The folder is covered, and what is pinned there, or above it, has all of these. Where nothing is pinned yet everything is. */
  readonly allows: (folder: string, pins: readonly string[]) => boolean;
  /** Whether what this folder's files may do is pinned, there or above it. */
  readonly isPinned: (folder: string) => boolean;
  /** A person agreed to these of this folder's team file, or trusts the folder with them. */
  readonly agreed: (folder: string, pins: readonly string[]) => boolean;
  /** What was recorded by `trustFolder`, sorted. */
  readonly folders: readonly string[];
  /** Where it was read: when one of them changes it is time to read again. */
  readonly files: readonly string[];
  readonly problems: readonly SettingsProblem[];
}

/**
 * Folders that the user trusts, by `troupe trust` or by Claude Code's own question. A folder covers what is below it;
 * home and the root of the file system cover only themselves, because whatever is cloned lies below them. What cannot
 * be read trusts nothing, which is a problem to be told and no reason not to start.
 */
export async function openTrust(host: Host): Promise<Trust> {
  const ours = await readRecord(troupeFile(host), TroupeFile);
  const claudes = await readRecord(claudeFile(host), ClaudeFile);
  const folders = [...(ours.value?.trustedFolders ?? [])].toSorted();
  const accepted = Object.entries(claudes.value?.projects ?? {})
    .filter(([, { hasTrustDialogAccepted }]) => hasTrustDialogAccepted === true)
    .map(([folder]) => folder);
  // What is no absolute path names no folder; an empty one would stand in front of all.
  const trusted = [...folders, ...accepted].filter((one) => isAbsolute(one));
  const narrow = new Set([realFolder(host.home), parse(host.home).root]);
  const covers = (folder: string): boolean => {
    const real = realFolder(folder);
    return trusted.some((one) => one === real || (!narrow.has(one) && real.startsWith(`${one}${sep}`)));
  };
  const pinnedAt = (folder: string): readonly string[] | undefined => {
    const real = realFolder(folder);
    const lists = Object.entries(ours.value?.trustPins ?? {}).filter(
      ([one]) => one === real || real.startsWith(`${one}${sep}`),
    );
    return lists.length === 0 ? undefined : lists.flatMap(([, pins]) => pins);
  };
  const allows = (folder: string, pins: readonly string[]): boolean => {
    const known = covers(folder) ? (pinnedAt(folder) ?? pins) : [];
    return covers(folder) && pins.every((pin) => known.includes(pin));
  };
  return {
    covers,
    allows,
    isPinned: (folder) => pinnedAt(folder) !== undefined,
    agreed: (folder, pins) => {
      const own = ours.value?.teamPins?.[realFolder(folder)] ?? [];
      return allows(folder, pins) || pins.every((pin) => own.includes(pin));
    },
    folders,
    files: [troupeFile(host)],
    problems: [ours.problem, claudes.problem].filter((problem) => problem !== undefined),
  };
}

/** Whether the folder's own hooks, servers, commands and allow rules count. */
export async function isTrusted(host: Host, dir: string): Promise<boolean> {
  return (await openTrust(host)).covers(dir);
}

/**
 * Records the folder, and what was agreed to of what its files may do; without `pins` whatever they say. False when
 * nothing of it is new. Throws `usage` for a folder that is too wide, `bad_settings` for a broken file.
 */
export async function trustFolder(host: Host, dir: string, pins?: readonly string[]): Promise<boolean> {
  const folder = realFolder(dir);
  if (folder === realFolder(host.home) || folder === parse(folder).root)
    throw new TroupeError("usage", `${folder} is too wide to be trusted: whatever you clone lies below it`, {
      hint: "trust the projects in it one by one: troupe trust FOLDER",
    });
  return changeRecord(host, ({ trustedFolders = [], trustPins, ...rest }) => ({
    ...rest,
    trustedFolders: joined(trustedFolders, [folder]),
    ...pinsWith(trustPins, folder, pins),
  }));
}

function pinsWith(
  before: TroupeFile["trustPins"],
  folder: string,
  pins: readonly string[] | undefined,
): Pick<TroupeFile, "trustPins"> {
  if (pins === undefined) return before === undefined ? {} : { trustPins: before };
  return { trustPins: { ...before, [folder]: joined(before?.[folder] ?? [], pins) } };
}

/** Pins what the files of a folder may do that is trusted already, whoever recorded that. */
export async function pinFolder(host: Host, dir: string, pins: readonly string[]): Promise<void> {
  await changeRecord(host, ({ trustPins, ...rest }) => ({
    ...rest,
    ...pinsWith(trustPins, realFolder(dir), pins),
  }));
}

/** Records a yes to what a team file in this folder wants. The folder is no more trusted than before. */
export async function agreeTo(host: Host, dir: string, pins: readonly string[]): Promise<void> {
  const folder = realFolder(dir);
  await changeRecord(host, ({ teamPins, ...rest }) => ({
    ...rest,
    teamPins: { ...teamPins, [folder]: joined(teamPins?.[folder] ?? [], pins) },
  }));
}

function joined(one: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...one, ...more])].toSorted();
}

/** Takes the folder out. False when it was not there. Claude Code's own record stays what it is. */
export async function distrustFolder(host: Host, dir: string): Promise<boolean> {
  const folder = realFolder(dir);
  const isOther = ([one]: readonly [string, ...unknown[]]): boolean => one !== folder && one !== dir;
  return changeRecord(host, ({ trustedFolders, trustPins, teamPins, ...rest }) => ({
    ...rest,
    ...(trustedFolders && { trustedFolders: trustedFolders.filter((one) => isOther([one])) }),
    ...(trustPins && { trustPins: Object.fromEntries(Object.entries(trustPins).filter(isOther)) }),
    ...(teamPins && { teamPins: Object.fromEntries(Object.entries(teamPins).filter(isOther)) }),
  }));
}

/** False when nothing is another than before. */
async function changeRecord(host: Host, change: (record: TroupeFile) => TroupeFile): Promise<boolean> {
  const path = troupeFile(host);
  const { value = {}, problem } = await readRecord(path, TroupeFile);
  if (problem !== undefined)
    throw new TroupeError("bad_settings", `${placeOf(problem)}: ${problem.what}`, {
      hint: "mend the file first; nothing was changed",
      details: { path },
    });
  const after = change(value);
  if (isDeepStrictEqual(after, value)) return false;
  const text = `${JSON.stringify(after, null, 2)}\n`;
  await replaceFile(nodeFiles(), path, Buffer.from(text));
  return true;
}

interface FoundRecord<T> {
  readonly value: T | undefined;
  readonly problem: SettingsProblem | undefined;
}

async function readRecord<S extends z.ZodType>(path: string, schema: S): Promise<FoundRecord<z.output<S>>> {
  const { text, trouble } = await readTextFile(path, MAX_BYTES);
  const broken = (line: number | undefined, what: string): FoundRecord<z.output<S>> => {
    const hint = "what it trusts is not known, so nothing of it is";
    return { value: undefined, problem: { file: path, line, what, hint, isFatal: false } };
  };
  if (trouble !== undefined) return broken(undefined, trouble);
  if (text === undefined) return { value: undefined, problem: undefined };
  const json = parseJson(text);
  if (!json.ok) {
    const scan = scanJson(text);
    return scan.ok ? broken(1, "no JSON") : broken(lineAt(text, scan.offset), `no JSON: ${scan.what}`);
  }
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { value: parsed.data, problem: undefined };
  const [issue] = parsed.error.issues;
  return broken(1, `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "wrong"}`);
}

/** Claude Code's file grows to megabytes: Node's parser is ten times as quick as one that knows places. */
function parseJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false };
    throw error;
  }
}

function troupeFile(host: Host): string {
  return join(configFolder(host), "troupe.json");
}

/** Claude Code keeps it beside its default folder, or in the folder that was set. A process of a team always has one set. */
export function claudeFile(host: Host): string {
  const folder = configFolder(host);
  return join(folder === join(host.home, ".claude") ? host.home : folder, ".claude.json");
}
