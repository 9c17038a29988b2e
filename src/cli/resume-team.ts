import { TroupeError } from "../base/errors.ts";
import type { MemberName } from "../protocol/names.ts";
import { askForLife } from "../runtime/ask-for-life.ts";
import { checkReady } from "../runtime/check-ready.ts";
import { lifeOf, supervisorOf } from "../runtime/liveness.ts";
import { findModelSource } from "../runtime/model-source.ts";
import { startTeam } from "../runtime/start-team.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { presentMember, presentMembers } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { refused } from "./team-session.ts";

/**
 * Gives a life to everybody who has none, or to `only`: through a new supervisor, or through the one that runs. Throws
 * `already_running` when nobody needs one, `agent_not_found`, `auth_missing`.
 */
export async function resumeTeam(
  workspace: Workspace,
  team: Team,
  only: MemberName | undefined,
): Promise<void> {
  await findModelSource(workspace.host);
  const state = await team.readOn();
  const children = childrenOf(team, only);
  await checkReady(workspace.host, { dir: state.team?.dir ?? "/", members: children });
  const supervisor = await supervisorOf(team);
  if (!supervisor || supervisor.verdict === "dead") {
    await startTeam(workspace, team, only === undefined ? {} : { only: children.map(({ name }) => name) });
    return;
  }
  const resting: Member[] = [];
  for (const member of children) if (await isResting(team, member)) resting.push(member);
  if (resting.length === 0)
    throw new TroupeError("already_running", `${only ?? `team ${team.name}`} is running already`, {
      hint: `troupe status ${team.name}`,
    });
  for (const { name } of resting) {
    const asked = await askForLife(team, "user", name);
    if (!asked.ok) throw await refused(asked.reason, team.state());
  }
}

/** Those whose processes are troupe's to start: all of them, or `only`. */
function childrenOf(team: Team, only: MemberName | undefined): readonly Member[] {
  const wanted = only === undefined ? presentMembers(team.state()) : [memberOf(team, only)];
  const children = wanted.filter(({ backend }) => backend === "child");
  if (children.length > 0) return children;
  throw new TroupeError("agent_not_found", `team ${team.name} has no such agent that troupe could start`, {
    hint: "members that joined by hand start themselves; add one: troupe agent spawn NAME",
  });
}

/** The supervisor brings back who died by itself; who was stopped, or given up, waits for somebody to ask. */
async function isResting(team: Team, member: Member): Promise<boolean> {
  const { verdict } = await lifeOf(team, member);
  return verdict === "stopped" || (verdict === "dead" && member.life?.ended !== undefined);
}

function memberOf(team: Team, name: MemberName): Member {
  const member = presentMember(team.state(), name);
  if (member) return member;
  throw new TroupeError("agent_not_found", `no agent named "${name}" in team ${team.name}`, {
    hint: "all names: troupe agent list",
  });
}
