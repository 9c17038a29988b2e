import { TroupeError } from "../base/errors.ts";
import type { TaskId } from "../protocol/names.ts";
import type { Refusal, Task } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { styled } from "./piece.ts";
import { taskOutput, taskViews } from "./task-view.ts";
import { refused, type Session, withTeam } from "./team-session.ts";

export type TaskOutcome =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly reason: Refusal };

export interface TaskChange {
  /** What became of the task, in the past: `claimed`. */
  readonly done: string;
  readonly change: (session: Session) => Promise<TaskOutcome>;
  /** What to type next, when there is something. */
  readonly next?: (task: Task) => string;
}

/** Changes one task and shows what it is now. Throws what the rules refused. */
export function changeTask(context: Context, { done, change, next }: TaskChange): Promise<number> {
  return withTeam(context, undefined, async (session) => {
    const outcome = await change(session);
    if (!outcome.ok) throw await refused(outcome.reason, session.team.state());
    const { task } = outcome;
    const { flags, screen } = context;
    if (flags.json) {
      const view = (await taskViews(session.team))(task);
      screen.json("TaskOutput", taskOutput(view));
      return 0;
    }
    screen.line(`${done} `, styled("bold", `#${task.id}`), ` ${task.subject}`);
    if (next) screen.say(styled("dim", `next: ${next(task)}`));
    return 0;
  });
}

/** The task of that number as it is now. Throws `task_not_found`. */
export async function taskOf(team: Team, id: TaskId): Promise<Task> {
  const task = (await team.readOn()).tasks.get(id);
  if (task) return task;
  throw new TroupeError("task_not_found", `there is no task #${id} in team ${team.name}`, {
    hint: "troupe task list",
    details: { id },
  });
}
