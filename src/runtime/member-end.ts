import { TroupeError } from "../base/errors.ts";
import { InstanceId } from "../protocol/names.ts";
import { releaseTask } from "../team/tasks.ts";
import type { MemberJob } from "./member-job.ts";

/** Gives back what this member works on. Its transcript stays, for a later life. */
export async function giveBackTasks({ team, member, onTrouble }: MemberJob): Promise<void> {
  for (const id of team.index.owned(member.name)) {
    const released = await releaseTask(team, member.name, id, { why: "stopped" });
    if (!released.ok) onTrouble(new Error(`#${id} was not given back: ${released.reason.kind}`));
  }
}

/** The last entry of a life that ends in good order: void when somebody else has written it, which is as good. */
export async function writeEnd({ team, member, instance }: MemberJob): Promise<void> {
  await team.commit({ op: "end", by: member.name, member: member.name, instance, how: "stopped" });
}

/** F1, F2: a team that was removed, or made again under its name, is no trouble of ours. A damaged journal is: throws `lost`. */
export async function throwUnlessGone(
  { door, team, facts }: MemberJob,
  lost: TroupeError | undefined,
): Promise<void> {
  if (lost !== undefined && (await isStillThere({ door, team, facts }))) throw lost;
}

async function isStillThere({
  door,
  team,
  facts,
}: Pick<MemberJob, "door" | "team" | "facts">): Promise<boolean> {
  try {
    const found = await door.open(team.name, InstanceId.parse(team.host.newId()));
    await found.close();
    return found.state().team?.instance === facts.instance;
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    return error.code !== "team_not_found";
  }
}
