import { createHash } from "node:crypto";
import { narrower, type PermissionMode } from "../agent/gate/behavior.ts";
import { isRecord } from "../base/is-record.ts";
import { McpServer } from "../protocol/mcp-servers.ts";
import type { Settings } from "../protocol/settings.ts";

/** Something that a folder's own files may start, or allow, once the folder is trusted. */
export interface Runnable {
  readonly kind:
    | "hook"
    | "server"
    | "verify"
    | "allow"
    | "folder"
    | "mode"
    | "environment"
    | "unconfined"
    | "setting";
  readonly what: string;
  readonly file: string;
  /** sha256 of all that it says, wherever it stands: what is agreed to. */
  readonly pin: string;
}

type Item = Pick<Runnable, "kind" | "what"> & { readonly detail: unknown };

/** What of a settings file counts only when it is trusted: all but what can only forbid. */
export function settingsItems(file: string, content: Settings): readonly Runnable[] {
  const { permissions = {}, hooks = {}, env = {}, sandbox = {} } = content;
  const { defaultMode } = permissions;
  const items: readonly Item[] = [
    ...Object.entries(hooks).flatMap(([event, groups]) => hookItems(event, groups)),
    ...each("allow", permissions.allow),
    ...each("folder", permissions.additionalDirectories),
    ...each("mode", defaultMode === undefined || defaultMode === "plan" ? [] : [defaultMode]),
    ...Object.entries(env).map(
      ([name, value]): Item => ({ kind: "environment", what: name, detail: [name, value] }),
    ),
    ...each("unconfined", sandbox.enabled === false ? ["no sandbox"] : []),
    ...each("unconfined", sandbox.excludedCommands),
    ...otherItems(content),
  ];
  return items.map((item) => pinned(file, item));
}

/** As much of a team, from a file, as needs a person's yes. */
export interface TeamWishes {
  readonly verify?: unknown;
  readonly mcpServers?: Readonly<Record<string, unknown>> | undefined;
  readonly tasks: readonly { readonly verify?: unknown }[];
  readonly members: readonly {
    readonly name: string;
    readonly permissionMode?: PermissionMode | undefined;
    readonly mcpServers?: Readonly<Record<string, unknown>> | undefined;
  }[];
}

/** What a team file starts, and the modes in it that let more run unasked than `base` does. */
export function teamItems(
  file: string,
  { verify, mcpServers = {}, tasks, members }: TeamWishes,
  base: PermissionMode,
): readonly Runnable[] {
  const servers = [mcpServers, ...members.map((member) => member.mcpServers ?? {})];
  return [
    ...servers.flatMap((some) => Object.entries(some).map(([name, entry]) => serverItem(file, name, entry))),
    ...[verify, ...tasks.map((task) => task.verify)].flatMap((one) =>
      one === undefined ? [] : [pinned(file, { kind: "verify", what: commandText(one), detail: one })],
    ),
    ...members.flatMap(({ name, permissionMode: mode }) =>
      mode === undefined || mode === base || narrower(mode, base) === mode
        ? []
        : [pinned(file, { kind: "mode", what: `${name}: ${mode}`, detail: [name, mode] })],
    ),
  ];
}

/** A server, of whatever shape: what is not understood is shown as it stands. */
export function serverItem(file: string, name: string, told: unknown): Runnable {
  const entry = McpServer.safeParse(told).data;
  const { command, args = [], url } = entry ?? {};
  const text = command === undefined ? (url ?? commandText(told)) : [command, ...args].join(" ");
  return pinned(file, { kind: "server", what: `${name}: ${text}`, detail: [name, entry ?? told] });
}

/** Some of them as a part of a sentence. Not what they say in full: a command may hold a secret. */
export function namedItems(items: readonly Runnable[]): string {
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  return kinds.map((kind) => `${items.filter((item) => item.kind === kind).length} ${kind}`).join(", ");
}

function pinned(file: string, { kind, what, detail }: Item): Runnable {
  const pin = createHash("sha256")
    .update(`${kind}\0${JSON.stringify(detail, inOrder)}`)
    .digest("hex");
  return { kind, what, file, pin };
}

/** The same for the same content, in whatever order its fields are written. */
function inOrder(_: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function each(kind: Runnable["kind"], list: readonly string[] | undefined): readonly Item[] {
  return (list ?? []).map((what) => ({ kind, what, detail: what }));
}

/** Whatever shape it has: a hook that is not understood is shown as it stands. When it runs belongs to it. */
function hookItems(event: string, groups: unknown): readonly Item[] {
  return (Array.isArray(groups) ? groups : [groups]).flatMap((group: unknown) => {
    const { hooks, ...when } = isRecord(group) ? group : {};
    const handlers = Array.isArray(hooks) ? (hooks as readonly unknown[]) : [group];
    return handlers.map((handler): Item => {
      const detail = handler === group ? [event, group] : [event, when, handler];
      return { kind: "hook", what: `${event}: ${commandText(handler)}`, detail };
    });
  });
}

function commandText(told: unknown): string {
  if (!isRecord(told)) return JSON.stringify(told);
  const text = told["command"] ?? told["url"];
  return typeof text === "string" ? text : JSON.stringify(told);
}

/** Single words of troupe's that loosen something; in `sandbox` everything but its lists of what is denied. */
const LOOSENING = [
  "enableAllProjectMcpServers",
  "enabledMcpjsonServers",
  "allowedMcpServers",
  "disableAllHooks",
  "allowedHttpHookUrls",
  "httpHookAllowedEnvVars",
] as const satisfies readonly (keyof Settings)[];
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(["enabled", "excludedCommands", "failIfUnavailable"]);
const DENYING: ReadonlySet<string> = new Set(["deniedDomains", "denyRead", "denyWrite"]);

function otherItems({ sandbox = {}, ...content }: Settings): readonly Item[] {
  const asks = content.askAfterUntrustedText;
  const words: readonly (readonly [string, unknown])[] = [
    ...LOOSENING.map((key) => [key, content[key]] as const),
    ["askAfterUntrustedText", asks === false ? asks : undefined],
    ...Object.entries(sandbox).flatMap(([key, value]) => sandboxWords(key, value)),
  ];
  return words.flatMap(([key, value]) =>
    value === undefined
      ? []
      : [{ kind: "setting", what: `${key}: ${JSON.stringify(value)}`, detail: [key, value] }],
  );
}

function sandboxWords(key: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (SHOWN_ELSEWHERE.has(key)) return [];
  if (!isRecord(value)) return [[`sandbox.${key}`, value]];
  return Object.entries(value)
    .filter(([name]) => !DENYING.has(name))
    .map(([name, one]) => [`sandbox.${key}.${name}`, one] as const);
}
