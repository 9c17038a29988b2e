import { narrower } from "../agent/gate/behavior.ts";
import { type MemberName, sameName } from "../protocol/names.ts";
import type { PermissionMode } from "../protocol/permissions.ts";
import { memberNamed } from "../team/derive.ts";
import type { Member, Task } from "../team/state.ts";
import type { Team } from "../team/team.ts";

/**
 * The mode in which a member works now, from the journal alone, so that a restart keeps it. Who plans first reads only,
 * until the plan of every task that it owns is approved, and then works in the narrowest mode of these approvals: nobody can
 * tell for which of two tasks a file is written.
 * `usual`: the mode of whoever was given none.
 */
export function modeOf(team: Team, me: MemberName, usual: PermissionMode = "default"): PermissionMode {
  const member = memberNamed(team.state(), me);
  if (!member) return usual;
  const permissionMode = givenMode(member) ?? usual;
  if (member.definition.plan !== true) return permissionMode;
  const owned = ownedTasks(team, me);
  if (owned.length === 0 || !owned.every((task) => hasApprovedPlan(task, me))) return "plan";
  const own = permissionMode === "plan" ? "default" : permissionMode;
  return owned.map(({ plan }) => plan?.mode ?? own).reduce(narrower);
}

/** What it was given when it joined, or by a person since. */
export function givenMode({ mode, definition }: Member): PermissionMode | undefined {
  return mode ?? definition.permissionMode;
}

/** Tasks of `me` whose plan nobody has approved yet, the longest owned first. */
export function unplannedTasks(team: Team, me: MemberName): readonly Task[] {
  return ownedTasks(team, me).filter((task) => !hasApprovedPlan(task, me));
}

function ownedTasks(team: Team, me: MemberName): readonly Task[] {
  return team.index.owned(me).flatMap((id) => team.state().tasks.get(id) ?? []);
}

function hasApprovedPlan({ plan }: Task, me: MemberName): boolean {
  return plan?.verdict === "allow" && sameName(plan.by, me);
}
