import type { Host } from "../../base/host.ts";
import { hookEnv } from "../child-env.ts";
import { configFolder } from "../config-folder.ts";
import { programWalls } from "../program-walls.ts";
import { readSettings, type SettingsInForce } from "../settings.ts";
import { mergedSettings } from "../settings-merge.ts";
import { type ProgramPlace, whyNoProgram } from "./hook-program.ts";
import { type Handler, type HookProblem, readHooks } from "./read-hooks.ts";

/** A guard that refuses everything, because it cannot run. */
export interface DeafGuard {
  /** For people. */
  readonly name: string;
  readonly why: string;
}

export interface PolicyCheck {
  /** How many policy hooks there are. */
  readonly guards: number;
  readonly deaf: readonly DeafGuard[];
  /** What is wrong in the files. */
  readonly problems: readonly HookProblem[];
}

/**
 * Whether the policy hooks of whoever works in `dir` could run. None is run: a hook may send, write and count, and cannot
 * tell a look from a call. So a guard that runs and answers wrong is not found here.
 */
export async function checkPolicy(
  host: Host,
  dir: string,
  options: { readonly managedFolder?: string } = {},
): Promise<PolicyCheck> {
  const settings = await readSettings(host, { dir, ...options });
  const { handlers, problems } = readHooks(settings);
  const guards = handlers.filter(({ isPolicy }) => isPolicy);
  const deaf: DeafGuard[] = [];
  for (const guard of guards) {
    const why = await whyDeaf(guard, { host, dir, settings });
    if (why !== undefined) deaf.push({ name: guard.name, why });
  }
  return { guards: guards.length, deaf, problems };
}

interface Place {
  readonly host: Host;
  readonly dir: string;
  readonly settings: SettingsInForce;
}

async function whyDeaf({ spec, confined }: Handler, place: Place): Promise<string | undefined> {
  switch (spec.type) {
    case "broken":
      return spec.why;
    case "agent":
    case "mcp_tool":
      return `hooks of type ${spec.type} are not supported`;
    case "http":
    case "prompt":
      return undefined;
    case "command":
      return (await whyNoWall(confined, place)) ?? whyNoProgram(spec, placeOf(place));
    default:
      return spec satisfies never;
  }
}

function placeOf({ host, dir, settings }: Place): ProgramPlace {
  return { dir, env: { ...hookEnv(host.env, mergedSettings(settings).env), CLAUDE_PROJECT_DIR: dir } };
}

async function whyNoWall(confined: Handler["confined"], place: Place): Promise<string | undefined> {
  if (confined === undefined) return undefined;
  try {
    await programWalls({ ...place, agentFolder: configFolder(place.host) })(confined);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}
