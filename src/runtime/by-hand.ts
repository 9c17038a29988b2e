import { TroupeError } from "../base/errors.ts";
import { InstanceId, type MemberName, type TeamName } from "../protocol/names.ts";
import { runInFront } from "../spawn/foreground.ts";
import { memberNamed } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { lifeOf } from "./liveness.ts";
import { isHard } from "./member-watch.ts";
import { processEnv } from "./process-env.ts";
import type { Workspace } from "./workspace.ts";

/** Set for a process that a person started: it announces its life itself. */
const BY_HAND = "TROUPE_BY_HAND";

/**
 * Runs a member in front of the person who asked for it, until it ends; answers its exit code. A supervisor, now or later,
 * finds it alive and starts no second. Throws `agent_not_found`, `already_running`, and `conflict` when the team shall rest.
 */
export async function runByHand(
  configDir: string,
  team: Team,
  name: MemberName,
  signal: AbortSignal,
): Promise<number> {
  const member = await startable(team, name);
  const { env, program, newId, cwd } = team.host;
  const instance = InstanceId.parse(newId());
  const names = { team: team.name, instance, agent: member.name, configDir };
  const own = await processEnv(env, names, team, [member]);
  return runInFront(
    {
      argv: [process.execPath, program, "agent", "run", member.name],
      cwd: member.definition.dir ?? team.state().team?.dir ?? cwd,
      env: { ...own, [BY_HAND]: "1" },
    },
    signal,
    (reason) => (isHard(reason) ? "SIGINT" : "SIGTERM"),
  );
}

/**
 * In that process: writes its life down. Not before, because a supervisor starts a process for whatever life has none,
 * and knows this one by the environment it was started with.
 */
export async function announceByHand(
  workspace: Workspace,
  teamName: TeamName,
  name: MemberName,
  instance: InstanceId,
): Promise<void> {
  if (workspace.host.env[BY_HAND] !== "1") return;
  const team = await workspace.open(teamName, InstanceId.parse(workspace.host.newId()));
  try {
    const member = await startable(team, name);
    await team.commit({ op: "start", by: "user", member: member.name, instance });
  } finally {
    await team.close();
  }
}

/** A member that has no process, in a team that does not rest. */
async function startable(team: Team, name: MemberName): Promise<Member> {
  const state = await team.readOn();
  const member = memberNamed(state, name);
  if (member === undefined || member.left !== undefined)
    throw new TroupeError("agent_not_found", `no agent named ${name} in team ${team.name}`, {
      hint: "troupe agent list",
    });
  if (state.team?.stopping === true || state.team?.closed === true)
    throw new TroupeError("conflict", `team ${team.name} was stopped`, {
      hint: `troupe resume ${team.name}`,
    });
  const isOpen = member.life !== undefined && member.life.ended === undefined;
  if (isOpen && (await lifeOf(team, member)).verdict !== "dead")
    throw new TroupeError("already_running", `${member.name} is running`, {
      hint: `troupe agent stop ${member.name}, or troupe agent logs ${member.name}`,
    });
  return member;
}
