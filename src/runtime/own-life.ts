import { TroupeError } from "../base/errors.ts";
import type { InstanceId, MemberName } from "../protocol/names.ts";
import { memberNamed } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { MemberJob } from "./member-job.ts";

/** What the journal says of this life. Throws `agent_not_found`, and `conflict` when it is not the member's current one. */
export function ownLife(
  team: Team,
  name: MemberName,
  instance: InstanceId,
): Pick<MemberJob, "facts" | "member"> {
  const { team: facts } = team.state();
  const member = memberNamed(team.state(), name);
  if (facts === undefined || member === undefined)
    throw new TroupeError("agent_not_found", `no agent named ${name} in team ${team.name}`, {
      hint: "troupe agent list",
    });
  if (member.life?.instance !== instance || member.life.ended !== undefined)
    throw new TroupeError(
      "conflict",
      `${instance} is not the life of ${member.name}, which is ${lifeText(member.life)}`,
      { hint: "troupe up starts agents; do not start them by hand" },
    );
  return { facts, member };
}

/** Whether the journal says now that the member does nothing until it is resumed. */
export function isPaused({ team, member }: Pick<MemberJob, "team" | "member">): boolean {
  return memberNamed(team.state(), member.name)?.paused === true;
}

function lifeText(life: Member["life"]): string {
  if (life === undefined) return "not started";
  return life.ended === undefined ? life.instance : `${life.instance}, ended`;
}
