import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { InstanceId, MemberName, type Party, sameName, type TeamName } from "../protocol/names.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Refusal, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";

/** An open team, and who acts in it: the person, or the agent whose shell this is. */
export interface Session {
  readonly workspace: Workspace;
  readonly team: Team;
  readonly me: Party;
}

/**
 * Opens the team that is meant and closes it again. `named` is the command's own argument, before `--team`. Throws
 * `team_not_found`, and `agent_not_found` when the agent of TROUPE_AGENT is none of its members.
 */
export async function withTeam(
  context: Context,
  named: string | undefined,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { openWorkspace } = await import("../runtime/workspace.ts");
  const { chooseTeam } = await import("./choose-team.ts");
  const workspace = openWorkspace(context.host);
  const name = await chooseTeam(workspace, named ?? context.flags.team);
  refuseOtherTeam(context.host, name);
  const team = await workspace.open(name);
  try {
    const me = await whoActs(context.host, team);
    return await work({ workspace, team, me });
  } finally {
    await team.close();
  }
}

/** The agent whose shell this is: TROUPE_AGENT, set by its backend. */
function agentOf({ env }: Host): MemberName | undefined {
  const name = env["TROUPE_AGENT"];
  if (name === undefined || name === "") return undefined;
  const parsed = MemberName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new TroupeError("bad_name", `TROUPE_AGENT: ${parsed.error.issues[0]?.message ?? "no name"}`);
}

/** The life in whose shell this is typed: what is sent from there bears it, whoever it says that it is from. */
export function shellOf({ env }: Host): InstanceId | undefined {
  return InstanceId.safeParse(env["TROUPE_INSTANCE"]).data;
}

/** What the rules refused, as an error for the person. */
export async function refused(reason: Refusal, state?: TeamState): Promise<TroupeError> {
  const { refusalText } = await import("../team/refusal-text.ts");
  const { code, message, hint } = refusalText(reason, state);
  return new TroupeError(code, message, { ...(hint === undefined ? {} : { hint }), details: { ...reason } });
}

async function whoActs(host: Host, team: Team): Promise<Party> {
  const agent = agentOf(host);
  if (agent === undefined) return "user";
  const { presentMember, presentMembers } = await import("../team/derive.ts");
  const member = presentMember(await team.readOn(), agent);
  if (member) return member.name;
  const names = presentMembers(team.state()).map(({ name }) => name);
  throw new TroupeError(
    "agent_not_found",
    `TROUPE_AGENT names ${agent}, who is no member of team ${team.name}`,
    {
      hint: `members: ${names.join(", ") || "nobody"}; a shell joins by: troupe join ${agent}`,
    },
  );
}

/** An agent belongs to one team. */
function refuseOtherTeam(host: Host, chosen: TeamName): void {
  const agent = agentOf(host);
  const own = host.env["TROUPE_TEAM"];
  if (agent === undefined || own === undefined || sameName(own, chosen)) return;
  throw new TroupeError("not_for_agents", `you are ${agent} of team ${own}; team ${chosen} is not yours`);
}
