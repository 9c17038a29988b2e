import { z } from "zod";
import type { ToolResult } from "../agent/tool.ts";
import { type MemberName, TaskId } from "../protocol/names.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Refusal, Task } from "../team/state.ts";
import { completeTask, type TaskOutcome } from "../team/tasks.ts";
import type { Team } from "../team/team.ts";
import type { TaskHooks } from "./hooks/task-hooks.ts";
import type { SendLimits } from "./send-limits.ts";
import type { Verify } from "./verify.ts";

/** Who calls the tools: set by the member's process, never by its model. */
export interface TeamToolDeps {
  readonly team: Team;
  readonly me: MemberName;
  readonly lead: boolean;
  /** Tools that the caller has itself, by `definition.tools`; undefined = all but Bash. */
  readonly tools: readonly string[] | undefined;
  /** What keeps its messages from becoming a storm; absent: nothing. */
  readonly limits?: Pick<SendLimits, "send">;
  /** Asked before a task is made or completed. */
  readonly hooks?: Pick<TaskHooks, "beforeCreate" | "beforeComplete">;
  /** Asked before the hooks: what has to pass before a task is done. */
  readonly verify?: Verify;
}

/** The number of a task as models write it: "3", 3 or "#3". */
export const TaskNumber = z
  .union([z.string(), z.int()])
  .transform((number) => String(number).replace(/^#/, ""))
  .pipe(TaskId)
  .describe("Number of a task.");

/** A refusal as the model reads it: what is wrong, and what to do. */
export function refused(reason: Refusal): ToolResult {
  const { message, hint } = refusalText(reason);
  return failed(hint === undefined ? message : `${message}\n${hint}`);
}

export function failed(text: string): ToolResult {
  return { text, isError: true };
}

/** Tasks that the caller works on now, the longest owned first. */
export function ownTasks({ team, me }: TeamToolDeps): readonly Task[] {
  return team.index.owned(me).flatMap((id) => team.state().tasks.get(id) ?? []);
}

/** What `verify` and hooks say comes before the entry: whether the claim still stands is decided behind them. */
export async function completeHooked(
  { team, me, hooks, verify }: TeamToolDeps,
  task: TaskId,
  result: string | undefined,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { verified, refusal } = (await verify?.(task, signal)) ?? { verified: [] };
  const reason = refusal ?? (await hooks?.beforeComplete(task, signal));
  return reason === undefined ? completeTask(team, me, task, { result, verified }) : { ok: false, reason };
}
