import { isRecord } from "../base/is-record.ts";
import { MANAGED_ONLY, type Settings } from "../protocol/settings.ts";
import type { SettingsFile, SettingsInForce } from "./settings.ts";

/** A rule as it stands in a file, for `parseRule`. */
export interface WrittenRule {
  readonly text: string;
  readonly behavior: "allow" | "ask" | "deny";
  readonly source: { readonly scope: SettingsFile["scope"]; readonly file: string; readonly root: string };
}

/**
 * Every rule that counts, strongest file first. `deny` and `ask` of all files; `allow` of trusted ones, and of the
 * organisation's alone when it says `allowManagedPermissionRulesOnly`.
 */
export function rulesOf(settings: SettingsInForce): readonly WrittenRule[] {
  return countingFiles(settings).flatMap(({ scope, path, root, content }) =>
    (["deny", "ask", "allow"] as const).flatMap((behavior) =>
      (content.permissions?.[behavior] ?? []).map((text) => ({
        text,
        behavior,
        source: { scope, file: path, root },
      })),
    ),
  );
}

/**
 * All files as one: lists are joined, objects merged, of single values the strongest file's counts. Of a file that is
 * not trusted only what forbids, or asks, is in it; of what only an organisation may say, only its own.
 */
export function mergedSettings(settings: SettingsInForce): Settings {
  const merged = countingFiles(settings).reduce<Settings>((above, { content }) => merge(above, content), {});
  // Said anywhere, it binds: a stronger file cannot take it back.
  const isDisabled = settings.files.some(({ content }) => forbidsBypass(content));
  if (!isDisabled) return merged;
  return { ...merged, permissions: { ...merged.permissions, disableBypassPermissionsMode: "disable" } };
}

/** The files, each with as much of its content as counts: also for readers of single keys, as the hooks are. */
export function countingFiles({ files }: SettingsInForce): readonly SettingsFile[] {
  const managed = files.filter(({ scope }) => scope === "managed").map(({ content }) => content);
  const rulesOnly = managed.some((content) => content.allowManagedPermissionRulesOnly === true);
  const hooksOnly = managed.some((content) => content.allowManagedHooksOnly === true);
  const serversOnly = managed.some((content) => content.allowManagedMcpServersOnly === true);
  return files.map((file) => {
    if (file.scope === "managed") return file;
    let content: Settings = file.isTrusted ? without(file.content, MANAGED_ONLY) : tightening(file.content);
    if (rulesOnly && content.permissions !== undefined)
      content = { ...content, permissions: without(content.permissions, ["allow"]) };
    if (hooksOnly) content = without(content, ["hooks"]);
    if (serversOnly) content = without(content, ["allowedMcpServers"]);
    return { ...file, content };
  });
}

/** As much of a stranger's file as can only forbid. Turning hooks off is not among it: they may be the user's guard. */
function tightening(content: Settings): Settings {
  const { network, filesystem } = content.sandbox ?? {};
  return defined({
    permissions: permissionsThatTighten(content),
    disabledMcpjsonServers: content.disabledMcpjsonServers,
    deniedMcpServers: content.deniedMcpServers,
    askAfterUntrustedText: content.askAfterUntrustedText === true ? true : undefined,
    sandbox: defined({
      network: defined({ deniedDomains: network?.deniedDomains }),
      filesystem: defined({ denyRead: filesystem?.denyRead, denyWrite: filesystem?.denyWrite }),
    }),
  });
}

function permissionsThatTighten({ permissions }: Settings): NonNullable<Settings["permissions"]> {
  const { deny, ask, defaultMode } = permissions ?? {};
  // Of all modes this one alone is narrower than every other.
  return defined({ deny, ask, defaultMode: defaultMode === "plan" ? defaultMode : undefined });
}

function forbidsBypass({ permissions }: Settings): boolean {
  const said = permissions?.disableBypassPermissionsMode;
  return said === "disable" || said === true;
}

/** Without the keys that have no value. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> };
function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Every key of a settings file may be missing, so that what is left is one too. */
function without<T extends Partial<T>>(content: T, keys: readonly string[]): T;
function without(content: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(content).filter(([key]) => !keys.includes(key)));
}

/** `above` is the stronger one. */
function merge(above: Settings, below: Settings): Settings;
function merge(above: unknown, below: unknown): unknown;
function merge(above: unknown, below: unknown): unknown {
  if (above === undefined) return below;
  if (Array.isArray(above) && Array.isArray(below)) return above.concat(below);
  if (!isRecord(above) || !isRecord(below)) return above;
  const keys = new Set([...Object.keys(above), ...Object.keys(below)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(above[key], below[key])]));
}
