import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import { MemberName, Role, type TaskId } from "../protocol/names.ts";
import {
  assignTask,
  blockTask,
  failTask,
  noteTask,
  releaseTask,
  reopenTask,
  reviewTask,
  type TaskOutcome,
  unblockTask,
  updateTask,
} from "../team/tasks.ts";
import { completeHooked, failed, refused, TaskNumber, type TeamToolDeps } from "./team-tools-caller.ts";

const Note = z
  .string()
  .trim()
  .min(1)
  .max(16 * 1024);

const Input = z.object({
  task: TaskNumber,
  status: z
    .enum(["completed", "failed", "released", "reopened", "passed", "returned"])
    .exactOptional()
    .describe(
      "How your own task ends: completed, failed (with note), released. For the lead: reopened. For a reviewer: passed, returned.",
    ),
  result: z
    .string()
    .max(65_536)
    .exactOptional()
    .describe("With completed: what was made, where, how it was checked."),
  note: Note.exactOptional().describe("Kept with the task; the reason, with a status."),
  subject: z.string().trim().min(1).max(300).exactOptional(),
  description: z.string().max(65_536).exactOptional(),
  role: Role.nullable().exactOptional().describe("null: everybody may claim it."),
  priority: z.int().min(-1000).max(1000).exactOptional(),
  addBlockedBy: z.array(TaskNumber).min(1).exactOptional(),
  removeBlockedBy: z.array(TaskNumber).min(1).exactOptional(),
  assignee: MemberName.nullable().exactOptional().describe("null: everybody may claim it."),
});
type Input = z.output<typeof Input>;

/** One change of a call: what it is called in the answer, and how it is made. */
interface Step {
  readonly done: string;
  readonly run: () => Promise<TaskOutcome>;
}

export function taskEditTools(deps: TeamToolDeps): readonly Tool[] {
  return [
    defineTool({
      name: "TaskUpdate",
      description: "Changes a task: how it ends, its text, its blockers, who may claim it; or adds a note.",
      effect: "write",
      input: Input,
      run: async (input, signal) => {
        if (input.status === "failed" && input.note === undefined)
          return failed("status failed needs a note that says why; nothing was changed");
        return runSteps(input.task, [...edits(deps, input), ...ending(deps, input, signal)]);
      },
    }),
  ];
}

/** In order, up to the first that is refused: what was done before it stands, and the answer says so. */
async function runSteps(id: TaskId, steps: readonly Step[]): Promise<ToolResult | string> {
  if (steps.length === 0) return failed(`nothing to change in #${id}: give a status, a note or a field`);
  const done: string[] = [];
  for (const step of steps) {
    const outcome = await step.run();
    if (!outcome.ok) {
      const { text } = refused(outcome.reason);
      return failed(done.length === 0 ? text : `${text}\nDone before that: #${id} ${done.join(", ")}.`);
    }
    done.push(step.done);
  }
  return `#${id} ${done.join(", ")}`;
}

function edits({ team, me }: TeamToolDeps, input: Input): readonly Step[] {
  const { task, subject, description, role, priority, addBlockedBy, removeBlockedBy, assignee } = input;
  const fields = {
    ...(subject === undefined ? {} : { subject }),
    ...(description === undefined ? {} : { description }),
    ...(role === undefined ? {} : { role }),
    ...(priority === undefined ? {} : { priority }),
  };
  const steps: Step[] = [];
  if (Object.keys(fields).length > 0)
    steps.push({ done: "changed", run: () => updateTask(team, me, task, fields) });
  if (addBlockedBy !== undefined)
    steps.push({ done: "blocked", run: () => blockTask(team, me, task, addBlockedBy) });
  if (removeBlockedBy !== undefined)
    steps.push({ done: "unblocked", run: () => unblockTask(team, me, task, removeBlockedBy) });
  if (assignee !== undefined)
    steps.push({
      done: assignee === null ? "free for everybody" : `assigned to ${assignee}`,
      run: () => assignTask(team, me, task, { to: assignee }),
    });
  return steps;
}

/** The note goes with the status where the entry has a place for it. */
function ending(
  deps: TeamToolDeps,
  { task, status, result, note }: Input,
  signal: AbortSignal,
): readonly Step[] {
  const { team, me } = deps;
  const noted: readonly Step[] =
    note === undefined ? [] : [{ done: "noted", run: () => noteTask(team, me, task, note) }];
  const withNote = note === undefined ? {} : { note };
  switch (status) {
    case undefined:
      return noted;
    case "completed":
      return [...noted, { done: status, run: () => completeHooked(deps, task, result ?? note, signal) }];
    case "failed":
      return [{ done: status, run: () => failTask(team, me, task, note ?? "") }];
    case "released":
      return [{ done: status, run: () => releaseTask(team, me, task, withNote) }];
    case "reopened":
      return [{ done: status, run: () => reopenTask(team, me, task, note) }];
    case "passed":
    case "returned":
      return [{ done: status, run: () => reviewTask(team, me, task, { verdict: status, ...withNote }) }];
    default:
      return status satisfies never;
  }
}
