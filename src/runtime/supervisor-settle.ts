import type { Actor, MemberName } from "../protocol/names.ts";
import { sameName } from "../protocol/names.ts";
import { settleApproval } from "../team/approvals.ts";
import { memberNamed } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { sweepUnfinishedWrites } from "./unfinished-writes.ts";

/** `entry.detail` holds no more. */
const DETAIL_MAX = 1_000;

export interface LifeEnd {
  readonly how: "stopped" | "died" | "failed";
  readonly detail: string;
}

/**
 * Writes down that a member's last life is over, which the caller has proof of: frees its tasks, removes what it left
 * half written, appends `end`, removes its `run.json`, in this order, so that whoever is killed in between leaves a life that still counts as open and is
 * settled again. What somebody else has settled meanwhile is refused by the rules and passed over.
 */
export async function settleLife(
  team: Team,
  by: Actor,
  member: Member,
  { how, detail }: LifeEnd,
): Promise<void> {
  const { life } = member;
  if (!life) return;
  const state = await team.readOn();
  const current = memberNamed(state, member.name);
  // A later life goes on with the tasks of this one.
  if (current?.life?.instance !== life.instance) return;
  const why = how === "stopped" ? "stopped" : "died";
  for (const { id, owner, claim } of state.tasks.values())
    if (owner !== undefined && claim !== undefined && sameName(owner, member.name))
      await team.commit({ op: "release", by, task: id, claim, why });
  // Who died is started again, and takes its questions over; nobody waits for the others.
  if (how !== "died") await withdrawAll(team, member.name);
  await sweepUnfinishedWrites(team, current);
  await team.commit({
    op: "end",
    by,
    member: member.name,
    instance: life.instance,
    how,
    detail: detail.slice(0, DETAIL_MAX),
  });
  await team.store.presence.remove(member.name, life.instance);
}

async function withdrawAll(team: Team, name: MemberName): Promise<void> {
  for (const { id, by, settled } of team.state().approvals.values())
    if (!settled && sameName(by, name)) await settleApproval(team, "system", id, "withdrawn");
}
