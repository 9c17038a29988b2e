import type { UserInput } from "../agent/loop-deps.ts";
import { waitingApprovals } from "../team/approvals.ts";
import { isHeld, openBlockers, openTasks, presentMember, presentMembers } from "../team/derive.ts";
import type { Approval, Member, Task, TeamState } from "../team/state.ts";
import {
  doneNotice,
  endedNotice,
  failedNotice,
  heldNotice,
  numbers,
  planNotice,
  reviewNotice,
  stuckNotice,
} from "./inputs.ts";

/**
 * What the lead has to know, derived from the fold: no mail is needed for it, and nobody has to remember to write. Each
 * notice has an id that names its cause; who has seen that id is not told again.
 */
export function leadNotices(state: TeamState, mark: () => string): readonly UserInput[] {
  const notices: UserInput[] = [];
  for (const task of state.tasks.values()) {
    if (task.status === "failed") notices.push(failedNotice(task, mark()));
    else if (task.status === "review") notices.push(reviewNotice(task));
    else if (isHeld(task)) notices.push(heldNotice(task));
  }
  for (const member of state.members.values()) {
    if (!member.lead && hasEndedForGood(member)) notices.push(endedNotice(member));
  }
  if (state.team?.settings.planApproval === "lead") notices.push(...planNotices(state, mark));
  return notices;
}

/** Its own plans are the user's to answer. */
function planNotices(state: TeamState, mark: () => string): readonly UserInput[] {
  return waitingApprovals(state)
    .filter(({ kind, by }) => kind === "plan" && presentMember(state, by)?.lead === false)
    .map((approval) => planNotice(approval, subjectOf(state, approval), mark()));
}

function subjectOf(state: TeamState, { task, summary }: Approval): string {
  return (task === undefined ? undefined : state.tasks.get(task)?.subject) ?? summary;
}

/**
 * Its process is not started again: it left, was given up, or was asked by itself to end. One that died is restarted,
 * and one that stopped with the whole team starts with it.
 */
export function hasEndedForGood({ left, life, stopping }: Member): boolean {
  if (left !== undefined) return true;
  if (life?.ended === undefined) return false;
  return life.ended.how === "failed" || (life.ended.how === "stopped" && stopping);
}

/**
 * Whether the goal is waiting for the lead's report: every task that somebody could still finish is finished.
 * `again`: how often it was said before.
 */
export function reportNotice(state: TeamState, again: number): UserInput | undefined {
  if (state.team?.report !== undefined || openTasks(state).length > 0) return undefined;
  const tasks = [...state.tasks.values()];
  // A team without goal and tasks waits for the user's first word.
  return state.team?.goal === undefined && tasks.length === 0 ? undefined : doneNotice(tasks, again);
}

/** Open tasks of which nobody works on one and nobody may claim one. `canClaim`: the member has a task to claim now. */
export function standstillNotice(
  state: TeamState,
  canClaim: (member: Member) => boolean,
): UserInput | undefined {
  const open = openTasks(state).flatMap((id) => state.tasks.get(id) ?? []);
  if (open.length === 0 || open.some(({ status }) => status !== "pending")) return undefined;
  const teammates = presentMembers(state).filter((member) => !member.lead && !hasEndedForGood(member));
  if (teammates.some(canClaim)) return undefined;
  return stuckNotice(
    open,
    open.slice(0, 20).map((task) => whyNobody(state, task, teammates)),
  );
}

/** Why no teammate claims it. */
export function whyNobody(state: TeamState, task: Task, teammates: readonly Member[]): string {
  const blockers = openBlockers(state, task);
  if (blockers.length > 0) return `#${task.id} is blocked by ${numbers(blockers)}.`;
  if (task.assignee !== undefined)
    return `#${task.id} is assigned to ${task.assignee}, who does not claim it.`;
  if (task.role !== undefined)
    return `#${task.id} needs the role ${task.role}, which no teammate at work has.`;
  return teammates.length === 0
    ? `#${task.id} waits: there is no teammate at work. SpawnTeammate starts one, or claim it yourself with TaskClaim.`
    : `#${task.id} is claimed by nobody.`;
}
