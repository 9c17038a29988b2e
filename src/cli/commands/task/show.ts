import { z } from "zod";
import { TaskId } from "../../../protocol/names.ts";
import type { Context } from "../../command.ts";
import { defineCommand } from "../../command.ts";
import { ageText } from "../../durations.ts";
import { taskArgument } from "../../parse-input.ts";
import { type Piece, styled } from "../../piece.ts";
import { aligned } from "../../table.ts";
import { taskOf } from "../../task-change.ts";
import type { TaskView } from "../../task-view.ts";
import { withTeam } from "../../team-session.ts";

export const taskShow = defineCommand({
  name: "show",
  summary: "Show one task with its notes and its history.",
  examples: [
    { line: "troupe task show 1", note: "everything about it", exit: 0 },
    { line: "troupe task show 1 --json", note: "an object", exit: 0 },
    { line: "troupe task show 99", note: "exit 3: there is none", exit: 3 },
  ],
  arguments: [["<id>", "number of the task"]],
  input: z.object({ id: taskArgument(TaskId) }),
  run: ({ id }, context) =>
    withTeam(context, undefined, async ({ team }) => {
      const { taskHistory } = await import("../../../team/tasks.ts");
      const { taskOutput, taskViews } = await import("../../task-view.ts");
      const task = await taskOf(team, id);
      const view = (await taskViews(team))(task);
      const history = await taskHistory(team, id);
      if (context.flags.json)
        context.screen.json("TaskDetail", {
          ...taskOutput(view),
          description: task.description,
          activeForm: task.activeForm ?? null,
          parent: task.parent ?? null,
          previousOwner: task.previousOwner ?? null,
          result: task.result ?? null,
          verify: task.verify ?? null,
          verified: task.verified ?? [],
          createdBy: task.createdBy,
          notes: task.notes,
          history,
        });
      else showDetail(context, view, history);
      return 0;
    }),
});

interface Change {
  readonly at: string;
  readonly by: string;
  readonly change: string;
}

function showDetail({ screen, host }: Context, view: TaskView, history: readonly Change[]): void {
  const { task, state, openBlockers, blocks } = view;
  const now = host.now();
  screen.line(styled("bold", `#${task.id} ${task.subject}`));
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["state", state],
    ["owner", task.owner],
    ["for", task.assignee],
    ["role", task.role],
    ["waits for", numbers(openBlockers)],
    ["blocks", numbers(blocks)],
    ["part of", task.parent === undefined ? undefined : `#${task.parent}`],
    ["attempts", String(task.attempts)],
    [
      "must pass",
      task.verify === undefined ? undefined : `${task.verify.command} (set by ${task.verify.by})`,
    ],
    ["passed", task.verified?.join("; ")],
    ["created", `${ageText(task.createdAt, now)} ago by ${task.createdBy}`],
  ];
  for (const [name, value] of facts)
    if (value !== undefined) screen.line(styled("dim", name.padEnd(11)), value);
  if (task.description !== "") screen.text(`\n${task.description}`);
  if (task.result !== undefined) screen.text(`\nresult: ${task.result}`);
  if (task.notes.length > 0) screen.line("");
  const notes = task.notes.map(({ at, by, text }) => [age(at, now), by, text]);
  for (const line of aligned(notes)) screen.line(...line);
  screen.line("");
  const changes = history.map(({ at, by, change }) => [age(at, now), by, change]);
  for (const line of aligned(changes)) screen.line(...line);
}

function age(at: string, now: number): Piece {
  return styled("dim", `${ageText(at, now)} ago`);
}

function numbers(ids: readonly string[]): string | undefined {
  return ids.length === 0 ? undefined : ids.map((id) => `#${id}`).join(" ");
}
