import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import { VerifySettings } from "../protocol/entries.ts";
import { MemberName, Role } from "../protocol/names.ts";
import { type DerivedState, memberNamed, openBlockers, TASK_STATES, taskState } from "../team/derive.ts";
import type { Task } from "../team/state.ts";
import { claimNext, claimTask, createTask } from "../team/tasks.ts";
import { numbers, taskDetails } from "./inputs.ts";
import { quoted } from "./member-text.ts";
import { failed, refused, TaskNumber, type TeamToolDeps } from "./team-tools-caller.ts";

const LISTED = 100;

export function taskTools(deps: TeamToolDeps): readonly Tool[] {
  return [taskCreate(deps), taskClaim(deps), taskList(deps), taskGet(deps)];
}

function taskCreate({ team, me, hooks }: TeamToolDeps): Tool {
  return defineTool({
    name: "TaskCreate",
    description:
      "Adds a task to the team's list. An idle teammate claims it as soon as its blockers are completed. Say in the description what a colleague without your conversation needs to know, and how the result is checked.",
    effect: "write",
    input: z.object({
      subject: z.string().trim().min(1).max(300).describe("One line, in the imperative."),
      description: z.string().max(65_536).exactOptional(),
      blockedBy: z
        .array(TaskNumber)
        .exactOptional()
        .describe("Numbers of the tasks that must be completed first."),
      role: Role.exactOptional().describe("Only members with this role may claim it."),
      assignee: MemberName.exactOptional().describe("Only this member may claim it."),
      priority: z.int().min(-1000).max(1000).exactOptional().describe("Larger comes first; 0 unless given."),
      parent: TaskNumber.exactOptional().describe("The task that this one is a part of."),
      verify: VerifySettings.shape.command
        .exactOptional()
        .describe("A line of bash that its owner's completion has to pass."),
    }),
    run: async ({ verify, ...rest }, signal) => {
      const fields = { ...rest, ...(verify === undefined ? {} : { verify: { command: verify } }) };
      const made = await createTask(team, me, fields, hooks?.beforeCreate(fields, signal));
      if (!made.ok) return refused(made.reason);
      const waits = made.task.blockedBy.length === 0 ? "" : `, blocked by ${numbers(made.task.blockedBy)}`;
      return `created #${made.task.id}${waits}`;
    },
  });
}

function taskClaim({ team, me }: TeamToolDeps): Tool {
  return defineTool({
    name: "TaskClaim",
    description:
      "Claims a task for you: the one named, or the next that fits you. Idle teammates need not call it: their next task is claimed for them.",
    effect: "write",
    input: z.object({ task: TaskNumber.exactOptional() }),
    run: async ({ task }) => {
      const claimed = task === undefined ? await claimNext(team, me) : await claimTask(team, me, task);
      if (!claimed.ok) return refused(claimed.reason);
      return `You claimed ${details(team, claimed.task)}`;
    },
  });
}

function taskList({ team }: TeamToolDeps): Tool {
  return defineTool({
    name: "TaskList",
    description: "Lists the tasks with their state, one line each; deleted ones only when asked for.",
    effect: "read",
    input: z.object({ status: z.enum(TASK_STATES).exactOptional() }),
    run: async ({ status }) => {
      const state = await team.readOn();
      const listed = [...state.tasks.values()]
        .map((task) => ({ task, is: taskState(state, task, isDead(team)) }))
        .filter(({ is }) => (status === undefined ? is !== "deleted" : is === status));
      if (listed.length === 0) return status === undefined ? "There are no tasks." : `No task is ${status}.`;
      const lines = listed.slice(0, LISTED).map(({ task, is }) => listLine(team, task, is));
      if (listed.length > LISTED) lines.push(`… and ${listed.length - LISTED} more; ask for one status.`);
      return lines.join("\n");
    },
  });
}

function listLine(team: TeamToolDeps["team"], task: Task, is: DerivedState): string {
  const facts = [
    ...(task.owner === undefined ? [] : [`owner ${task.owner}`]),
    ...(is === "blocked" ? [`by ${numbers(openBlockers(team.state(), task))}`] : []),
    ...(task.assignee === undefined ? [] : [`for ${task.assignee}`]),
    ...(task.role === undefined ? [] : [`role ${task.role}`]),
  ];
  return `#${task.id} [${is}] ${quoted(task.subject)}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}

function taskGet({ team }: TeamToolDeps): Tool {
  return defineTool({
    name: "TaskGet",
    description: "Shows one task whole: description, notes, attempts, result, blockers.",
    effect: "read",
    input: z.object({ task: TaskNumber }),
    run: async ({ task: wanted }): Promise<ToolResult | string> => {
      const state = await team.readOn();
      const task = state.tasks.get(wanted);
      if (task === undefined) return failed(`there is no task #${wanted}`);
      const blockers = openBlockers(state, task);
      return [
        details(team, task),
        `State: ${taskState(state, task, isDead(team))}${task.owner === undefined ? "" : `, owner ${task.owner}`}; created by ${task.createdBy}.`,
        ...(blockers.length === 0 ? [] : [`It waits for ${numbers(blockers)}.`]),
      ].join("\n");
    },
  });
}

/** Capitalised as it begins a text of its own; the same words as a claim's. */
function details(team: TeamToolDeps["team"], task: Task): string {
  return taskDetails(task, team.index.dependents(task.id), team.host.newId());
}

/** From the journal alone: the process of the owner has ended and nobody has swept yet. */
function isDead(team: TeamToolDeps["team"]): (owner: string) => boolean {
  return (owner) => memberNamed(team.state(), owner)?.life?.ended !== undefined;
}
