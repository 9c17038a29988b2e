import { z } from "zod";
import { Confinement } from "./confinement.ts";

/** Where a settings file stands, strongest first. Source: security.md §2. */
export const SETTINGS_SCOPES = ["managed", "flag", "local", "project", "user"] as const;
export type SettingsScope = (typeof SETTINGS_SCOPES)[number];

const Texts = z.array(z.string().max(16 * 1024)).max(10_000);

const PermissionSettings = z.looseObject({
  allow: Texts.optional(),
  ask: Texts.optional(),
  deny: Texts.optional(),
  additionalDirectories: Texts.optional(),
  /** Modes come and go with the versions of Claude Code: whoever reads it takes one it does not know as `default`. */
  defaultMode: z.string().optional(),
  disableBypassPermissionsMode: z.union([z.literal("disable"), z.boolean()]).optional(),
});

const SandboxSettings = z.looseObject({
  enabled: z.boolean().optional(),
  failIfUnavailable: z.boolean().optional(),
  autoAllowBashIfSandboxed: z.boolean().optional(),
  allowUnsandboxedCommands: z.boolean().optional(),
  excludedCommands: Texts.optional(),
  /** Ours: for all servers that are started here, or by their names with `*` for the others. */
  connectors: z.union([z.boolean(), z.record(z.string(), Confinement)]).optional(),
  /** Ours: for command hooks that do not say it themselves. */
  hooks: Confinement.optional(),
  network: z
    .looseObject({
      allowedDomains: Texts.optional(),
      deniedDomains: Texts.optional(),
      allowUnixSockets: Texts.optional(),
      allowAllUnixSockets: z.boolean().optional(),
      allowLocalBinding: z.boolean().optional(),
      httpProxyPort: z.int().optional(),
      socksProxyPort: z.int().optional(),
    })
    .optional(),
  filesystem: z
    .looseObject({
      allowRead: Texts.optional(),
      denyRead: Texts.optional(),
      allowWrite: Texts.optional(),
      denyWrite: Texts.optional(),
    })
    .optional(),
});

/** A server by one of three; the name alone is no security control. Source: plugins.md §A10. */
const McpServerMatch = z.looseObject({
  serverName: z.string().optional(),
  serverUrl: z.string().optional(),
  serverCommand: Texts.optional(),
});
const McpServerMatches = z.array(McpServerMatch).max(10_000);

/** Claude Code's settings file, as far as troupe reads it; whatever else stands there is kept. */
export const Settings = z.looseObject({
  permissions: PermissionSettings.optional(),
  /** Raw: the hooks have a reader of their own. */
  hooks: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  sandbox: SandboxSettings.optional(),
  enabledMcpjsonServers: Texts.optional(),
  disabledMcpjsonServers: Texts.optional(),
  enableAllProjectMcpServers: z.boolean().optional(),
  allowedMcpServers: McpServerMatches.optional(),
  deniedMcpServers: McpServerMatches.optional(),
  disableAllHooks: z.boolean().optional(),
  /** troupe's own: whether calls that may send something out ask after text that nobody vouches for. Absent: where commands may reach the network. */
  askAfterUntrustedText: z.boolean().optional(),
  allowManagedHooksOnly: z.boolean().optional(),
  allowManagedPermissionRulesOnly: z.boolean().optional(),
  allowManagedMcpServersOnly: z.boolean().optional(),
  allowedHttpHookUrls: Texts.optional(),
  httpHookAllowedEnvVars: Texts.optional(),
});
export type Settings = z.infer<typeof Settings>;

/** Keys that only count in managed files: an organisation's word about everybody else's files. */
export const MANAGED_ONLY = [
  "allowManagedHooksOnly",
  "allowManagedPermissionRulesOnly",
  "allowManagedMcpServersOnly",
] as const satisfies readonly (keyof Settings)[];

/** Programs that Claude Code starts for credentials. troupe starts none of them. */
export const IGNORED_HELPERS = [
  "apiKeyHelper",
  "awsAuthRefresh",
  "awsCredentialExport",
  "gcpAuthRefresh",
  "otelHeadersHelper",
] as const;

/** The fields of `permissions` that are read: a near miss of one is worth a word. */
export const PERMISSION_KEYS: readonly string[] = Object.keys(PermissionSettings.shape);

/** sha256 of what was agreed to, by folder. */
const Pins = z.record(z.string(), z.array(z.string()));

/**
 * `$CLAUDE_CONFIG_DIR/troupe.json`, as far as trust goes. A folder covers what is below it. `trustPins`: what its files
 * may start and allow; absent for a folder = whatever they say, as older versions had it. `teamPins`: what of a team file
 * somebody agreed to without trusting the folder.
 */
export const TroupeFile = z.looseObject({
  trustedFolders: z.array(z.string()).optional(),
  trustPins: Pins.optional(),
  teamPins: Pins.optional(),
});
export type TroupeFile = z.infer<typeof TroupeFile>;

/** Claude Code's `.claude.json`, as far as trust goes: whoever said yes there said it to the same question. */
export const ClaudeFile = z.looseObject({
  projects: z
    .record(z.string(), z.looseObject({ hasTrustDialogAccepted: z.boolean().optional() }))
    .optional(),
});
