import type { z } from "zod";
import type { Party } from "../protocol/names.ts";
import { blocksOfAll, type DerivedState, memberNamed, openBlockers, taskState } from "../team/derive.ts";
import type { Task, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { TaskOutput } from "./output.ts";
import { type Piece, type Style, styled } from "./piece.ts";

/** What a task is for somebody who looks now: its record and what follows from the others and from its owner's life. */
export interface TaskView {
  readonly task: Task;
  readonly state: DerivedState;
  readonly openBlockers: readonly string[];
  readonly blocks: readonly string[];
}

/** How tasks look now; one look at the owners for all of them. */
export async function taskViews(team: Team): Promise<(task: Task) => TaskView> {
  const state = await team.readOn();
  const dead = await deadOwners(team, state);
  const blocks = blocksOfAll(state);
  return (task) => ({
    task,
    state: taskState(state, task, (owner) => dead.has(owner)),
    openBlockers: openBlockers(state, task),
    blocks: blocks.get(task.id) ?? [],
  });
}

async function deadOwners(team: Team, state: TeamState): Promise<ReadonlySet<Party>> {
  const { lifeOf } = await import("../runtime/liveness.ts");
  const owners = new Set(
    [...state.tasks.values()].flatMap(({ status, owner }) =>
      status === "in_progress" && owner !== undefined ? [owner] : [],
    ),
  );
  const dead = new Set<Party>();
  for (const owner of owners) {
    const member = memberNamed(state, owner);
    if (member && (await lifeOf(team, member)).verdict === "dead") dead.add(owner);
  }
  return dead;
}

export function taskOutput({
  task,
  state,
  openBlockers: open,
  blocks,
}: TaskView): z.input<typeof TaskOutput> {
  return {
    id: task.id,
    subject: task.subject,
    status: task.status,
    state,
    owner: task.owner ?? null,
    assignee: task.assignee ?? null,
    role: task.role ?? null,
    priority: task.priority,
    blockedBy: task.blockedBy,
    blocks,
    openBlockers: open,
    attempts: task.attempts,
    deaths: task.deaths,
    version: task.version,
    createdAt: task.createdAt,
    updatedAt: task.updatedAt,
  };
}

const STYLES: Readonly<Record<DerivedState, Style>> = {
  claimable: "cyan",
  blocked: "dim",
  working: "yellow",
  orphaned: "red",
  held: "red",
  review: "magenta",
  failed: "red",
  done: "green",
  deleted: "dim",
};

export function statePiece(state: DerivedState): Piece {
  return styled(STYLES[state], state);
}
