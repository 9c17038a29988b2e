import { join } from "node:path";
import type { Host } from "../base/host.ts";
import type { MemberDefinition, TeamSettings } from "../protocol/entries.ts";
import type { Settings } from "../protocol/settings.ts";
import { type Confined, connectorConfinement } from "./confinement.ts";
import {
  type ConnectorEntry,
  connectorsOf,
  projectConnectors,
  readConnectorFile,
  userConnectors,
} from "./connector-files.ts";
import { whyForbidden } from "./connector-policy.ts";
import { MANAGED_FOLDER, readSettings, type SettingsInForce } from "./settings.ts";
import type { SettingsProblem } from "./settings-file.ts";
import { mergedSettings } from "./settings-merge.ts";
import { openTrust, type Trust } from "./trust.ts";
import { serverItem } from "./trust-items.ts";

export interface FoundConnector extends ConnectorEntry {
  /** Why it is not started; undefined = it is. */
  readonly off: string | undefined;
  /** That its process runs in a sandbox, and what is open to it there; undefined = it does not. */
  readonly confined: Confined | undefined;
}

export interface FoundConnectors {
  /** One for each name, the nearest: member, team, local, project, user. */
  readonly connectors: readonly FoundConnector[];
  readonly problems: readonly SettingsProblem[];
  readonly settings: SettingsInForce;
}

export interface ConnectorQuestion {
  /** The member's working folder, absolute. */
  readonly dir: string;
  /** The team it belongs to: its folder, and what its definition brings. */
  readonly team?: { readonly dir: string; readonly settings: TeamSettings };
  readonly definition?: MemberDefinition;
  /** Where the organisation's files are; default that of the system. */
  readonly managedFolder?: string;
  /** The settings, where they were just read. */
  readonly settings?: SettingsInForce;
}

interface Approvals {
  readonly settings: Settings;
  readonly enabled: ReadonlySet<string>;
  readonly disabled: ReadonlySet<string>;
  readonly trust: Trust;
}

/**
 * Every connector that is configured for a member, and whether it may be started: what a folder brings waits until the
 * folder is trusted, and a server of `.mcp.json` until it is named in the settings too (faults.md L21).
 */
export async function findConnectors(host: Host, question: ConnectorQuestion): Promise<FoundConnectors> {
  const { dir, team, definition, managedFolder = MANAGED_FOLDER } = question;
  const managed = await readConnectorFile(join(managedFolder, "managed-mcp.json"), "managed");
  const user = await userConnectors(host, dir);
  const root = team?.dir ?? dir;
  const files = [
    connectorsOf(definition?.mcpServers, { scope: "member", file: "the member's definition", root }),
    connectorsOf(team?.settings.mcpServers, { scope: "team", file: "the team's definition", root }),
    { ...user, entries: user.entries.filter(({ scope }) => scope === "local") },
    ...(await projectConnectors(dir)),
    { entries: user.entries.filter(({ scope }) => scope === "user"), problems: [] },
  ];
  // An organisation that has a set of its own lets no other server in.
  const entries = managed.entries.length > 0 ? managed.entries : files.flatMap((file) => file.entries);
  const inForce = question.settings ?? (await settingsFor(host, question));
  const trust = await openTrust(host);
  const settings = mergedSettings(inForce);
  const approvals: Approvals = {
    settings,
    enabled: new Set([...(settings.enabledMcpjsonServers ?? []), ...user.enabled]),
    disabled: new Set([...(settings.disabledMcpjsonServers ?? []), ...user.disabled]),
    trust,
  };
  const nearest = new Map<string, ConnectorEntry>();
  for (const entry of entries) if (!nearest.has(entry.name)) nearest.set(entry.name, entry);
  return {
    connectors: [...nearest.values()].map((entry) => ({
      ...entry,
      off: whyOff(entry, approvals),
      confined: confinedBy(inForce, entry),
    })),
    problems: [...managed.problems, ...files.flatMap((file) => file.problems)],
    settings: inForce,
  };
}

/** What is reached over the network has no process here. */
function confinedBy(settings: SettingsInForce, { name, entry, scope }: ConnectorEntry): Confined | undefined {
  if (entry.command === undefined) return undefined;
  return connectorConfinement(settings, { name, own: entry.sandbox, isManaged: scope === "managed" });
}

function whyOff(connector: ConnectorEntry, approvals: Approvals): string | undefined {
  const { name, entry, scope } = connector;
  const { settings, enabled, disabled, trust } = approvals;
  if (entry.command === undefined && entry.url === "") return "its url is empty: not configured yet";
  const forbidden = whyForbidden(name, entry, settings);
  if (forbidden !== undefined) return forbidden;
  const strange = whyStrange(connector, trust);
  if (strange !== undefined) return strange;
  if (scope !== "project") return undefined;
  if (disabled.has(name)) return "disabledMcpjsonServers names it";
  if (settings.enableAllProjectMcpServers === true || enabled.has(name)) return undefined;
  return "not approved; add its name to enabledMcpjsonServers in your settings.json";
}

/** What a team brings was agreed to when it was made, or with its folder; a file of a folder has to say what it said then. */
function whyStrange({ name, entry, scope, root, file }: ConnectorEntry, trust: Trust): string | undefined {
  if (root === undefined) return undefined;
  const pins = [serverItem(file, name, entry).pin];
  if (scope === "project" ? trust.allows(root, pins) : trust.covers(root) || trust.agreed(root, pins))
    return undefined;
  if (trust.covers(root))
    return `it has changed since the folder ${root} was trusted; if you agree to it: troupe trust ${root}`;
  return `the folder ${root} is not trusted; if you trust it: troupe trust ${root}`;
}

function settingsFor(host: Host, { dir, managedFolder }: ConnectorQuestion): Promise<SettingsInForce> {
  return readSettings(host, managedFolder === undefined ? { dir } : { dir, managedFolder });
}
