import { isAbsolute, join, parse, sep } from "node:path";
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
  return {
    covers: (folder) => {
      const real = realFolder(folder);
      return trusted.some((one) => one === real || (!narrow.has(one) && real.startsWith(`${one}${sep}`)));
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

/** Records the folder. False when it was there. Throws `usage` for a folder that is too wide, `bad_settings` for a broken file. */
export async function trustFolder(host: Host, dir: string): Promise<boolean> {
  const folder = realFolder(dir);
  if (folder === realFolder(host.home) || folder === parse(folder).root)
    throw new TroupeError("usage", `${folder} is too wide to be trusted: whatever you clone lies below it`, {
      hint: "trust the projects in it one by one: troupe trust FOLDER",
    });
  return changeFolders(host, (folders) => [...new Set([...folders, folder])].toSorted());
}

/** Takes the folder out. False when it was not there. Claude Code's own record stays what it is. */
export async function distrustFolder(host: Host, dir: string): Promise<boolean> {
  const folder = realFolder(dir);
  return changeFolders(host, (folders) => folders.filter((one) => one !== folder && one !== dir));
}

async function changeFolders(
  host: Host,
  change: (folders: readonly string[]) => readonly string[],
): Promise<boolean> {
  const path = troupeFile(host);
  const { value = {}, problem } = await readRecord(path, TroupeFile);
  if (problem !== undefined)
    throw new TroupeError("bad_settings", `${placeOf(problem)}: ${problem.what}`, {
      hint: "mend the file first; nothing was changed",
      details: { path },
    });
  const before = [...new Set(value.trustedFolders ?? [])];
  const after = change(before);
  if (after.length === before.length) return false;
  const text = `${JSON.stringify({ ...value, trustedFolders: after }, null, 2)}\n`;
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
