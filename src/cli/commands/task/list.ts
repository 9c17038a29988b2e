import { z } from "zod";
import { Party, Role } from "../../../protocol/names.ts";
import { TASK_STATES } from "../../../team/derive.ts";
import { defineCommand } from "../../command.ts";
import { nameArgument } from "../../parse-input.ts";
import { styled } from "../../piece.ts";
import { table } from "../../table.ts";
import type { TaskView } from "../../task-view.ts";
import { withTeam } from "../../team-session.ts";

const STATUSES = ["pending", "in_progress", "review", "completed", "failed", "deleted"] as const;

export const taskList = defineCommand({
  name: "list",
  summary: "Show the team's tasks.",
  examples: [
    { line: "troupe task list", note: "all but the deleted", exit: 0 },
    { line: "troupe task list --state claimable", note: "what may be claimed now", exit: 0 },
    { line: "troupe task list --owner builder --json", note: "an array", exit: 0 },
  ],
  options: [
    ["--state <state>", `only ${TASK_STATES.join(", ")}`],
    ["--status <status>", `only ${STATUSES.join(", ")}`],
    ["--owner <name>", "only those this one works on"],
    ["--role <role>", "only those for this role"],
  ],
  input: z.object({
    state: z.enum(TASK_STATES, `one of ${TASK_STATES.join(", ")}`).optional(),
    status: z.enum(STATUSES, `one of ${STATUSES.join(", ")}`).optional(),
    owner: nameArgument(Party).optional(),
    role: nameArgument(Role).optional(),
  }),
  run: ({ state, status, owner, role }, context) =>
    withTeam(context, undefined, async ({ team }) => {
      const { taskOutput, taskViews } = await import("../../task-view.ts");
      const { sameName } = await import("../../../protocol/names.ts");
      const look = await taskViews(team);
      const views = [...team.state().tasks.values()]
        .map(look)
        .filter(
          (view) =>
            (state === undefined ? view.state !== "deleted" || status === "deleted" : view.state === state) &&
            (status === undefined || view.task.status === status) &&
            (owner === undefined || sameName(view.task.owner ?? "", owner)) &&
            (role === undefined || sameName(view.task.role ?? "", role)),
        );
      const { flags, screen } = context;
      if (flags.json) screen.json("TaskList", views.map(taskOutput));
      else if (views.length === 0) screen.say("no such tasks; add one: troupe task add SUBJECT");
      else await showTable(views, (line) => screen.line(...line), screen.width);
      return 0;
    }),
});

async function showTable(
  views: readonly TaskView[],
  show: (line: ReturnType<typeof table>[number]) => void,
  width: number | undefined,
): Promise<void> {
  const { statePiece } = await import("../../task-view.ts");
  const rows = views.map(({ task, state, openBlockers }) => [
    styled("bold", `#${task.id}`),
    statePiece(state),
    task.owner ?? (task.assignee === undefined ? "" : `for ${task.assignee}`),
    task.role ?? "",
    openBlockers.map((id) => `#${id}`).join(" "),
    task.subject,
  ]);
  for (const line of table(["task", "state", "owner", "role", "waits for", "subject"], rows, width))
    show(line);
}
