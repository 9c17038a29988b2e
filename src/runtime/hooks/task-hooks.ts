import type { Party, TaskId } from "../../protocol/names.ts";
import type { Refusal, Task } from "../../team/state.ts";
import type { NewTask } from "../../team/tasks.ts";
import type { Team } from "../../team/team.ts";
import { given } from "../given.ts";
import type { HookOutcome } from "./merge.ts";
import type { Hooks } from "./open-hooks.ts";

/** What hooks have to say before a task is made or done. */
export interface TaskHooks {
  /** For `createTask`: asked with each number that the task may get. undefined: no hook is set, and nothing is asked. */
  readonly beforeCreate: (
    fields: NewTask,
    signal: AbortSignal,
  ) => ((task: TaskId) => Promise<Refusal | undefined>) | undefined;
  /** Why a task of the asker's is not completed. A task that it does not own is no business of hooks. */
  readonly beforeComplete: (task: TaskId, signal: AbortSignal) => Promise<Refusal | undefined>;
  /** At the end of a turn, for a task still held. Completes nothing. */
  readonly atTurnEnd: (task: Task, signal: AbortSignal) => Promise<HookOutcome>;
}

export interface TaskHooksDeps {
  readonly hooks: Pick<Hooks, "has" | "fire">;
  readonly team: Team;
  readonly by: Party;
  /** Hears what hooks say to people. */
  readonly report: (outcome: HookOutcome) => void;
  /** A hook wants the member to stop. */
  readonly onStop: (why: string) => void;
}

export function taskHooks({ hooks, team, by, report, onStop }: TaskHooksDeps): TaskHooks {
  const fireFor = async (
    event: "TaskCreated" | "TaskCompleted",
    payload: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<HookOutcome> => {
    const names = { ...(by === "user" ? {} : { teammate_name: by }), team_name: team.name };
    const outcome = await hooks.fire(event, { ...payload, ...names }, signal);
    report(outcome);
    return outcome;
  };
  return {
    beforeCreate: (fields, signal) => {
      if (!hooks.has("TaskCreated")) return undefined;
      return async (task) =>
        refusalIn(await fireFor("TaskCreated", payloadOf({ ...fields, id: task }), signal));
    },
    beforeComplete: async (id, signal) => {
      const task = hooks.has("TaskCompleted") ? ownTask(team, by, id) : undefined;
      if (task === undefined) return undefined;
      const outcome = await fireFor("TaskCompleted", { ...payloadOf(task), trigger: "update" }, signal);
      if (outcome.stop === undefined) return refusalIn(outcome);
      onStop(outcome.stop);
      return { kind: "vetoed", why: outcome.stop };
    },
    atTurnEnd: (task, signal) =>
      fireFor("TaskCompleted", { ...payloadOf(task), trigger: "turn_end" }, signal),
  };
}

function payloadOf({
  id,
  subject,
  description,
}: Pick<Task, "id" | "subject"> & { readonly description?: string | undefined }): Readonly<
  Record<string, unknown>
> {
  return {
    task_id: id,
    task_subject: subject,
    ...given({ task_description: description === "" ? undefined : description }),
  };
}

function refusalIn({ block }: HookOutcome): Refusal | undefined {
  return block === undefined ? undefined : { kind: "vetoed", why: block };
}

function ownTask(team: Team, by: Party, id: TaskId): Task | undefined {
  return team.index.owned(by).includes(id) ? team.state().tasks.get(id) : undefined;
}
