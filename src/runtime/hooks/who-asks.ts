import { createHash } from "node:crypto";
import { type InstanceId, type Party, sameName, type TaskId } from "../../protocol/names.ts";
import { teamPaths } from "../../protocol/paths.ts";
import { leadOf, presentMember } from "../../team/derive.ts";
import type { Team } from "../../team/team.ts";
import { hookEnv, instanceTag, teamTag } from "../child-env.ts";
import { configFolder } from "../config-folder.ts";
import { given } from "../given.ts";
import { type ProgramWalls, programWalls } from "../program-walls.ts";
import type { SettingsInForce } from "../settings.ts";
import { mergedSettings } from "../settings-merge.ts";
import { usualMode } from "../usual-mode.ts";

/** Whose hooks they are: every payload says so. */
export interface Who {
  readonly team: Team;
  readonly agent: Party;
  /** Of the process, so that what it leaves running is found. */
  readonly instance?: InstanceId;
  /** The mode in force; `usual`: that of the settings, for whoever was given none. */
  readonly permissionMode?: (usual: Mode) => Mode;
}

type Mode = ReturnType<typeof usualMode>;

/** The same for all lives of a member, and of the shape that scripts name files by. */
export function sessionOf(team: Team, agent: Party): string {
  const of = `${team.state().team?.instance ?? ""}:${agent.toLowerCase()}`;
  const hash = createHash("sha256").update(of).digest("hex");
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

export function folderOf(team: Team, agent: Party): string {
  const paths = teamPaths(configFolder(team.host), team.name);
  return agent === "user" ? paths.supervisor : paths.agent(agent);
}

/** Who asks, under whom, as what, in which mode, and for which task. */
export function whoIs(
  { team, agent, permissionMode }: Who,
  settings: SettingsInForce,
): Readonly<Record<string, unknown>> {
  const usual = usualMode(mergedSettings(settings));
  const role = presentMember(team.state(), agent)?.role;
  const [task]: readonly TaskId[] = team.index.owned(agent);
  return {
    permission_mode: permissionMode?.(usual) ?? usual,
    team: team.name,
    agent,
    parent: parentOf(team, agent),
    ...given({ role, current_task: task }),
  };
}

function parentOf(team: Team, agent: Party): string | null {
  const lead = leadOf(team.state())?.name;
  return agent === "user" || lead === undefined || sameName(lead, agent) ? null : lead;
}

/** The whole environment of its hooks. */
export function envOf(
  who: Who,
  sessionId: string,
  settings: SettingsInForce,
): Readonly<Record<string, string>> {
  return { ...hookEnv(who.team.host.env, mergedSettings(settings).env), ...ownEnv(who, sessionId) };
}

/** The names that hooks know it by. A person bears none: the name is no member's. */
function ownEnv({ team, agent, instance }: Who, sessionId: string): Readonly<Record<string, string>> {
  const parent = parentOf(team, agent);
  return {
    CLAUDE_SESSION_ID: sessionId,
    ...teamTag(configFolder(team.host), team.name),
    ...(agent === "user" ? {} : { TROUPE_AGENT: agent }),
    ...(parent === null ? {} : { TROUPE_PARENT: parent }),
    ...(instance === undefined ? {} : instanceTag(instance)),
  };
}

/** The wall around those that are confined. */
export function wallsOf({ team, agent }: Who, dir: string, settings: SettingsInForce): ProgramWalls {
  return programWalls({ host: team.host, dir, agentFolder: folderOf(team, agent), settings });
}
