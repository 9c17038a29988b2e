import { isAbsolute, join, resolve } from "node:path";
import { OPEN_FOLDERS, PROTECTED_FILES, PROTECTED_FOLDERS } from "../agent/tools/protected-paths.ts";
import type { Host } from "../base/host.ts";
import { outputFolder, sandboxFolder } from "../protocol/paths.ts";
import type { Settings } from "../protocol/settings.ts";
import type { SandboxPolicy } from "../spawn/sandbox/policy.ts";
import { configFolder } from "./config-folder.ts";
import type { SettingsInForce } from "./settings.ts";
import { countingFiles, mergedSettings } from "./settings-merge.ts";

export interface PolicyPlace {
  readonly host: Host;
  /** The member's work folder, absolute. */
  readonly dir: string;
  /** What the team keeps of the member, absolute: hidden but for the output that was too long. */
  readonly agentFolder: string;
  readonly settings: SettingsInForce;
}

/** What of the home folder holds programs and no secrets. Folders of caches with credentials beside them are not among it. */
const TOOLCHAINS = [
  ".asdf",
  ".bun/bin",
  ".cargo/bin",
  ".cargo/git",
  ".cargo/registry",
  ".deno/bin",
  ".fnm",
  ".local/bin",
  ".local/lib",
  ".local/pipx",
  ".local/share/fnm",
  ".local/share/mise",
  ".local/share/pnpm",
  ".local/share/uv",
  ".npm-global",
  ".nvm",
  ".pyenv",
  ".rbenv",
  ".rustup",
  ".sdkman/candidates",
  ".volta",
  "go/bin",
  "go/pkg",
] as const;

/** Where the homes of people are. */
const HOMES = ["/home", "/root"] as const;
/** Root reads them even without a capability. */
const SYSTEM_SECRETS = ["/etc/shadow", "/etc/gshadow"] as const;

/** What the commands of a member may reach, by where it works and what the settings say. */
export function sandboxPolicy({ host, dir, agentFolder, settings }: PolicyPlace): SandboxPolicy {
  const configDir = configFolder(host);
  const paths = (key: "allowRead" | "denyRead" | "allowWrite" | "denyWrite"): readonly string[] =>
    countingFiles(settings).flatMap(({ root, content }) =>
      (content.sandbox?.filesystem?.[key] ?? [])
        .filter((path) => !isPattern(path))
        .map((path) => settingsPath(path, root, host.home)),
    );
  return {
    writable: [dir, ...additionalFolders(settings, host), ...paths("allowWrite")],
    visible: [...toolchains(host), ...paths("allowRead"), outputFolder(agentFolder)],
    readOnly: paths("denyWrite"),
    hidden: [...HOMES, ...SYSTEM_SECRETS, configDir, ...paths("denyRead")].filter(
      (path) => path !== host.home,
    ),
    protectedNames: { folders: PROTECTED_FOLDERS, files: PROTECTED_FILES, open: OPEN_FOLDERS },
    network: isOpen(mergedSettings(settings)) ? "host" : "none",
    home: host.home,
    stateDir: sandboxFolder(configDir),
  };
}

/** The further folders that a member works in, as trusted settings name them; absolute. */
export function additionalFolders(
  settings: SettingsInForce,
  { home }: Pick<Host, "home">,
): readonly string[] {
  return countingFiles(settings)
    .filter(({ isTrusted }) => isTrusted)
    .flatMap(({ root, content }) =>
      (content.permissions?.additionalDirectories ?? []).map((path) => settingsPath(path, root, home)),
    );
}

/** What of the settings this sandbox cannot do, for people. */
export function sandboxNotes(settings: SettingsInForce): readonly string[] {
  const { network, filesystem } = mergedSettings(settings).sandbox ?? {};
  const domains = (network?.allowedDomains ?? []).filter((domain) => domain !== "*");
  const patterns = Object.values(filesystem ?? {})
    .flatMap((paths) => (Array.isArray(paths) ? paths.map(String) : []))
    .filter(isPattern);
  return [
    ...(domains.length > 0
      ? [
          `sandbox.network.allowedDomains names ${domains[0]}: a list of domains needs srt, which troupe does not have; commands have no network ("*" alone gives them all of it)`,
        ]
      : []),
    ...(network?.allowUnixSockets !== undefined || network?.allowAllUnixSockets === true
      ? ["sandbox.network.allowUnixSockets does nothing: confined commands reach no Unix sockets"]
      : []),
    ...patterns.map(
      (path) => `sandbox.filesystem has the pattern ${path}: only whole paths count; it does nothing`,
    ),
  ];
}

function isPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

/** "*" alone, and nothing denied: all or nothing, for there is no list of domains. */
function isOpen({ sandbox }: Settings): boolean {
  const { allowedDomains = [], deniedDomains = [] } = sandbox?.network ?? {};
  return allowedDomains.includes("*") && deniedDomains.length === 0;
}

/** `//abs` and `/abs`, `~/…`, else from the folder of the settings. Source: Claude Code's `sandbox.filesystem`. */
export function settingsPath(path: string, root: string, home: string): string {
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  return isAbsolute(path) ? resolve(path.replace(/^\/+/, "/")) : resolve(root, path);
}

function toolchains({ home, env }: Host): readonly string[] {
  const onPath = (env["PATH"] ?? "").split(":").filter((folder) => isInHome(folder, home));
  return [...TOOLCHAINS.map((name) => join(home, name)), ...onPath];
}

function isInHome(folder: string, home: string): boolean {
  return isAbsolute(folder) && resolve(folder).startsWith(`${home}/`);
}
