import type { MemberName } from "../protocol/names.ts";
import { sameName } from "../protocol/names.ts";
import { openTasks, presentMembers } from "../team/derive.ts";
import type { Member, Task, TeamState } from "../team/state.ts";
import { plainText, quoted } from "./member-text.ts";

const TASKS_SHOWN = 60;

/** What a member whose conversation was replaced by a summary must know whatever the summary says: the team, and what is open. */
export function briefText(state: TeamState, me: MemberName): string {
  const { team } = state;
  const open = openTasks(state).flatMap((id) => state.tasks.get(id) ?? []);
  const mine = open.filter(({ owner }) => owner !== undefined && sameName(owner, me));
  const lines = [
    `How the team stands now:`,
    ...(team?.goal === undefined ? [] : [`The user's goal: ${plainText(team.goal)}`]),
    `Members: ${presentMembers(state).map(memberText).join(", ")}.`,
    mine.length === 0
      ? "You own no task."
      : `You own ${mine.map(({ id, subject }) => `#${id} ${quoted(subject)}`).join(", ")}; TaskGet shows each whole.`,
    open.length === 0 ? "No task is open." : "Open tasks:",
    ...open.slice(0, TASKS_SHOWN).map(taskText),
    ...(open.length > TASKS_SHOWN ? [`… and ${open.length - TASKS_SHOWN} more: TaskList`] : []),
  ];
  return lines.join("\n");
}

function memberText({ name, lead, role }: Member): string {
  if (lead) return `${name} (lead)`;
  return role === undefined ? name : `${name} (${role})`;
}

function taskText({ id, subject, status, owner }: Task): string {
  return `#${id} ${quoted(subject)}: ${owner === undefined ? status : `${status}, ${owner}`}`;
}
