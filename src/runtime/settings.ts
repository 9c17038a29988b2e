import { readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isSystemError } from "../base/disk-error.ts";
import { isErrno } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import type { Settings, SettingsScope } from "../protocol/settings.ts";
import { configFolder } from "./config-folder.ts";
import { readSettingsFile, type SettingsProblem } from "./settings-file.ts";
import { isTheProjects } from "./settings-own.ts";
import { foldersOf, realFolder } from "./settings-place.ts";
import { openTrust, type Trust } from "./trust.ts";
import { namedItems, settingsItems } from "./trust-items.ts";

export interface SettingsFile {
  readonly scope: SettingsScope;
  /** Absolute. */
  readonly path: string;
  /** Absolute: where the patterns `/p` of its rules start. */
  readonly root: string;
  readonly content: Settings;
  /** What only a trusted file may do counts. Ask `mergedSettings` and `rulesOf`, which know what that is. */
  readonly isTrusted: boolean;
}

export interface SettingsInForce {
  /** Strongest first. A file with a fatal problem is not among them. */
  readonly files: readonly SettingsFile[];
  readonly problems: readonly SettingsProblem[];
  /** Every path that was looked at, and its state then: what `settingsChanged` compares. */
  readonly marks: ReadonlyMap<string, string>;
}

export interface SettingsOptions {
  /** The member's working folder, absolute. */
  readonly dir: string;
  readonly flagFile?: string;
  /** Where the organisation's files are; default that of the system. */
  readonly managedFolder?: string;
}

/** A settings file that may be there. */
interface Place {
  readonly scope: SettingsScope;
  readonly path: string;
  readonly root: string;
}

/** Where an organisation puts its files. Source: plugins.md §A9. */
export const MANAGED_FOLDER =
  process.platform === "darwin" ? "/Library/Application Support/ClaudeCode" : "/etc/claude-code";

/**
 * Claude Code's settings files as they bind a member that works in `dir`: the organisation's, the flag's, those of the
 * folder and of each one above it up to the root of its repository (nearest first), the user's. Claude Code itself
 * looks for `settings.json` in the folder it was started in only, and silently drops the repository's rules below it.
 * Does not reject for what the files hold: whoever starts on it looks at `problems` first.
 */
export async function readSettings(host: Host, options: SettingsOptions): Promise<SettingsInForce> {
  const problems: SettingsProblem[] = [];
  const dir = realFolder(options.dir);
  const managed = options.managedFolder ?? MANAGED_FOLDER;
  const places = placesOf(host, { ...options, dir }, managedFiles(managed, problems));
  const marks = new Map([...places.map(({ path }) => path), join(managed, DROP_INS)].map(marked));
  const trust = await openTrust(host);
  for (const [path, mark] of trust.files.map(marked)) marks.set(path, mark);
  problems.push(...trust.problems);
  const files: SettingsFile[] = [];
  for (const place of places) {
    const { content, problems: found } = await readSettingsFile(place.path);
    problems.push(...found);
    if (content === undefined) continue;
    const isTrusted = await isTrustedFile(place, content, trust);
    files.push({ ...place, content, isTrusted });
    if (!isTrusted && trust.covers(place.root)) problems.push(changedProblem(place, content, trust));
  }
  return { files, problems, marks };
}

/** Whether a file, or what is trusted, is another than when `settings` were read. Costs a `stat` for each path. */
export function settingsChanged({ marks }: SettingsInForce): boolean {
  return [...marks].some(([path, mark]) => marked(path)[1] !== mark);
}

const DROP_INS = "managed-settings.d";

/** The organisation's files: the drop-ins in the order of their names, each stronger than those before it. */
function managedFiles(folder: string, problems: SettingsProblem[]): readonly string[] {
  const base = join(folder, "managed-settings.json");
  const dropIns = join(folder, DROP_INS);
  try {
    const names = readdirSync(dropIns).filter((name) => name.endsWith(".json") && !name.startsWith("."));
    return [
      ...names
        .toSorted()
        .toReversed()
        .map((name) => join(dropIns, name)),
      base,
    ];
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [base];
    if (!isSystemError(error)) throw error;
    const what = `cannot be read (${error.code})`;
    problems.push({ file: dropIns, line: undefined, what, isFatal: true });
    return [base];
  }
}

function placesOf(
  host: Host,
  { dir, flagFile }: SettingsOptions,
  managed: readonly string[],
): readonly Place[] {
  const user = configFolder(host);
  const flag = flagFile === undefined ? [] : [resolve(host.cwd, flagFile)];
  // A home that is a repository would give the user's own file once more, as the project's.
  const folders = foldersOf(dir).filter((folder) => join(folder, ".claude") !== realFolder(user));
  const project = (scope: "local" | "project", name: string): readonly Place[] =>
    folders.map((root) => ({ scope, root, path: join(root, ".claude", name) }));
  return [
    ...managed.map((path) => ({ scope: "managed" as const, path, root: dir })),
    ...flag.map((path) => ({ scope: "flag" as const, path, root: dirname(path) })),
    ...project("local", "settings.local.json"),
    ...project("project", "settings.json"),
    { scope: "user" as const, path: join(user, "settings.json"), root: user },
  ];
}

async function isTrustedFile(
  { scope, path, root }: Place,
  content: Settings,
  { allows }: Trust,
): Promise<boolean> {
  if (scope !== "project" && scope !== "local") return true;
  const pins = settingsItems(path, content).map(({ pin }) => pin);
  return allows(root, pins) || (scope === "local" && !(await isTheProjects(path, root)));
}

/** Its folder is trusted, and it says more than it did then. */
function changedProblem({ path, root }: Place, content: Settings, { allows }: Trust): SettingsProblem {
  const fresh = settingsItems(path, content).filter(({ pin }) => !allows(root, [pin]));
  return {
    file: path,
    line: undefined,
    what: `has changed since its folder was trusted, and can only forbid until you agree: ${namedItems(fresh)}`,
    hint: `troupe trust ${root}`,
    isFatal: false,
  };
}

/** Inode, size and times: a file that was written again differs in one of them. */
function marked(path: string): readonly [path: string, mark: string] {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return [path, stats ? `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}` : "absent"];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [path, error.code ?? "unreadable"];
  }
}
