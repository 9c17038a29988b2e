import type { ToolsetOptions } from "../agent/toolset.ts";
import { secretsIn } from "../base/redact.ts";
import { outputFolder, teamPaths } from "../protocol/paths.ts";
import { sessionEnv, shellEnv, withSafeGit } from "./child-env.ts";
import { configFolder } from "./config-folder.ts";
import { hasTool, type Permissions } from "./gate.ts";
import type { EnvFile } from "./hooks/env-file.ts";
import type { MemberJob } from "./member-job.ts";
import { type MemberSandbox, openMemberSandbox } from "./member-sandbox.ts";
import { additionalFolders } from "./sandbox-policy.ts";
import type { SettingsInForce } from "./settings.ts";
import { mergedSettings } from "./settings-merge.ts";

/** What a member's file tools and commands may reach. */
export interface MemberShell {
  readonly settings: SettingsInForce;
  readonly toolset: ToolsetOptions;
  /** undefined for whoever starts no commands. */
  readonly sandbox: MemberSandbox | undefined;
  /** In what `verify` of a task runs, confined for whoever has no shell too. */
  readonly checkReach: () => Promise<ToolsetOptions>;
  /** SessionStart hooks have written down what commands shall find in their environment from now on. */
  readonly addEnv: (read: EnvFile["read"]) => Promise<void>;
}

/** Puts together what a member may reach. The wall around its commands is tried once, before the first turn. */
export async function openMemberShell(
  { team, member, redactor, onTrouble }: MemberJob,
  permissions: Permissions,
  settings: SettingsInForce,
): Promise<MemberShell> {
  const { host } = team;
  const { dir } = permissions;
  const env = withSafeGit(shellEnv(host.env, mergedSettings(settings).env));
  const agentFolder = teamPaths(configFolder(host), team.name).agent(member.name);
  // The team's `verify` runs in it too, whether the member has a shell or not.
  const runs = hasTool(permissions, "Bash") || team.state().team?.settings.verify !== undefined;
  const open = (): Promise<MemberSandbox> => openMemberSandbox({ host, dir, agentFolder, settings, env });
  const sandbox = runs ? await open() : undefined;
  for (const note of sandbox?.notes ?? []) onTrouble(new Error(note));
  const toolset: ToolsetOptions = {
    dir,
    env,
    folders: additionalFolders(settings, host),
    spillDir: outputFolder(agentFolder),
    home: host.home,
  };
  const sheltered = sandbox === undefined ? toolset : { ...toolset, shelter: sandbox.shelter };
  let forChecks: Promise<MemberSandbox> | undefined;
  const checkReach = async (): Promise<ToolsetOptions> => {
    if (sandbox !== undefined) return sheltered;
    forChecks ??= open();
    return { ...toolset, shelter: (await forChecks).shelter };
  };
  const addEnv: MemberShell["addEnv"] = async (read) => {
    const { set, wrong } = await read(env);
    for (const line of wrong)
      onTrouble(new Error(`CLAUDE_ENV_FILE, line ${line}: no plain export; nothing of it counts`));
    const given = sessionEnv(set);
    redactor.add(secretsIn(given));
    // The tools hold this very object.
    Object.assign(env, given);
  };
  return { settings, toolset: sheltered, sandbox, checkReach, addEnv };
}
