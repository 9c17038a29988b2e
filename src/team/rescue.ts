import type { Actor } from "../protocol/names.ts";
import { memberNamed } from "./derive.ts";
import type { Member, Task } from "./state.ts";
import type { Team } from "./team.ts";

/**
 * Frees the tasks of members whose process is proven dead, and answers those that this call freed. `isDead` holds the
 * evidence and is asked once a member; a life with an `end` entry needs none. A member that joined by hand has no
 * process of ours: never dead. Two sweeps at once do no harm: the second release is void.
 */
export async function sweep(
  team: Team,
  by: Actor,
  isDead: (member: Member) => Promise<boolean>,
): Promise<readonly Task[]> {
  // Tasks first, then the evidence: a claim made while the evidence is looked for is not the dead one's.
  const owned = [...team.state().members.values()].flatMap((member) => {
    const tasks = team.index.owned(member.name).flatMap((id) => team.state().tasks.get(id) ?? []);
    return member.backend === "child" && tasks.length > 0 ? [{ member, tasks }] : [];
  });
  const freed: Task[] = [];
  for (const { member, tasks } of owned) {
    if (!(await isGone(team, member, isDead))) continue;
    for (const task of tasks) freed.push(...(await releaseDead(team, by, task)));
  }
  return freed;
}

async function isGone(
  team: Team,
  member: Member,
  isDead: (member: Member) => Promise<boolean>,
): Promise<boolean> {
  if (!member.life?.ended && !(await isDead(member))) return false;
  // A new life that began meanwhile goes on with the tasks of the former one: the evidence spoke about that.
  await team.readOn();
  return memberNamed(team.state(), member.name)?.life?.instance === member.life?.instance;
}

async function releaseDead(team: Team, by: Actor, { id, claim }: Task): Promise<readonly Task[]> {
  if (claim === undefined) return [];
  const outcome = await team.commit({ op: "release", by, task: id, claim, why: "died" });
  const task = team.state().tasks.get(id);
  return outcome.ok && task ? [task] : [];
}
