import type { InstanceId, MemberName, TeamName } from "../protocol/names.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What a program needs to run for its user: place, language, terminal, network. Everything else stays outside. */
const NAMES: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "FORCE_COLOR",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "CLAUDE_CODE_SUBAGENT_MODEL",
  "IS_SANDBOX",
]);
/** `TROUPE_`: the settings of cli.md §5. `GIT_…`: who commits. */
const PREFIXES = ["LC_", "ANTHROPIC_", "TROUPE_", "GIT_AUTHOR_", "GIT_COMMITTER_"] as const;
/** Said anew for each process: a value of the starter's would make it act as somebody else. */
const OWN: ReadonlySet<string> = new Set([
  "TROUPE_TEAM",
  "TROUPE_AGENT",
  "TROUPE_INSTANCE",
  "TROUPE_PARENT",
  "TROUPE_ONLY",
  "TROUPE_ANSWER_WITHIN",
  "TROUPE_BY_HAND",
]);

export interface ChildNames {
  readonly team: TeamName;
  readonly instance: InstanceId;
  /** Absent for the supervisor. */
  readonly agent?: MemberName;
  /** The folder of `teams/`, absolute: a changed HOME must not lead the child to another team of that name. */
  readonly configDir: string;
  /** Variables that connectors name in their configuration: for the processes of the team, not for their shells. */
  readonly variables?: ReadonlySet<string>;
}

/** The whole environment of a process of the team: what is on the allow-list, and who it is. */
export function childEnv(
  env: Env,
  { team, instance, agent, configDir, variables }: ChildNames,
): Record<string, string> {
  return {
    ...pick(env, (name) => isAllowed(name) || (variables?.has(name) === true && !OWN.has(name))),
    CLAUDE_CONFIG_DIR: configDir,
    TROUPE_TEAM: team,
    TROUPE_INSTANCE: instance,
    ...(agent === undefined ? {} : { TROUPE_AGENT: agent }),
  };
}

/** What a program that an agent starts needs to run for its user. Source: security.md §8. */
const USER_NAMES: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "TZ",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "TMPDIR",
]);
/** Who it works for, by which it is found again whatever became of its session. */
const WORK_NAMES: ReadonlySet<string> = new Set([
  "CLAUDE_CONFIG_DIR",
  "TROUPE_TEAM",
  "TROUPE_AGENT",
  "TROUPE_INSTANCE",
  "TROUPE_PARENT",
]);

/**
 * The environment of what an agent starts: shells, hooks, connectors. `named`: what trusted settings give by name and
 * value; what pays for the model is not given even then.
 */
export function shellEnv(env: Env, named: Env = {}): Record<string, string> {
  return {
    ...pick(env, (name) => isUsers(name) || WORK_NAMES.has(name)),
    ...pick(named, (name) => !name.startsWith("ANTHROPIC_")),
  };
}

/**
 * For shells: git takes no folder for a repository because it looks like one. Who may write files in the work folder could
 * make it one whose configuration starts a program, at a `git status` that nobody is asked about. Source: security.md §5.
 */
export function withSafeGit(env: Readonly<Record<string, string>>): Record<string, string> {
  // Settings that give git a configuration of their own are the user's.
  if (env["GIT_CONFIG_COUNT"] !== undefined) return { ...env };
  return {
    ...env,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.bareRepository",
    GIT_CONFIG_VALUE_0: "explicit",
  };
}

/** What hooks may add to it: nothing that pays for the model, and nothing that makes its bearer somebody else. */
export function sessionEnv(set: Env): Record<string, string> {
  return pick(
    set,
    (name) => !name.startsWith("ANTHROPIC_") && !name.startsWith("TROUPE_") && !WORK_NAMES.has(name),
  );
}

/** The environment of a hook before it is told who asks, and what settings files set. No key and no token is among it by itself. */
export function hookEnv(env: Env, set: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...pick(env, isUsers), ...set };
}

/** By which a process and its descendants are found, whatever became of their session. */
export function instanceTag(instance: InstanceId): { readonly TROUPE_INSTANCE: string } {
  return { TROUPE_INSTANCE: instance };
}

/** By which all processes of a team are found. */
export function teamTag(configDir: string, team: TeamName): Readonly<Record<string, string>> {
  return { CLAUDE_CONFIG_DIR: configDir, TROUPE_TEAM: team };
}

function isAllowed(name: string): boolean {
  return !OWN.has(name) && (NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix)));
}

function isUsers(name: string): boolean {
  return USER_NAMES.has(name) || name.startsWith("LC_");
}

function pick(env: Env, wanted: (name: string) => boolean): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && wanted(name)) picked[name] = value;
  return picked;
}
