import type { UserInput } from "../agent/loop-deps.ts";
import { type MemberName, sameName, type TaskId } from "../protocol/names.ts";
import { isHeld, openBlockers, presentMembers } from "../team/derive.ts";
import type { Member, Task, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { unclaimedNotice } from "./inputs.ts";
import { hasEndedForGood, whyNobody } from "./member-notices.ts";

/** How long a task that anybody idle could claim lies, in ms, before they are nudged; then, before the lead is told. Source: faults.md K6. */
const NUDGED_MS = 60_000;
const TOLD_MS = 90_000;
/** The others of a long list have the same reason, or follow. */
const MOST_NAMED = 20;

/** What comes of tasks that lie. */
export interface Lying {
  /** For the lead. */
  readonly notice: UserInput | undefined;
  /** Who acts by hand and may claim that task: nothing else tells them. */
  readonly nudges: readonly { readonly task: Task; readonly to: readonly MemberName[] }[];
}

/** Watches, for the lead, whether tasks lie that nothing stands in the way of (faults.md K6). */
export interface UnclaimedWatch {
  /** What has come due; each thing once. */
  readonly look: () => Lying;
  /** Milliseconds until `look` may answer more; null: not before an entry. */
  readonly dueInMs: () => number | null;
}

interface Lies {
  readonly since: number;
  stage: "lies" | "nudged" | "told";
}

export function watchUnclaimed(team: Team, clock: () => number): UnclaimedWatch {
  /** By task and what decides who may claim it: a change of that begins the time anew. */
  let lying = new Map<string, Lies>();

  const look = (): Lying => {
    const state = team.state();
    const tasks = lyingTasks(team, state);
    lying = new Map(
      tasks.map((task) => [keyOf(task), lying.get(keyOf(task)) ?? { since: clock(), stage: "lies" }]),
    );
    const due = (stage: Lies["stage"], ms: number): readonly Task[] =>
      tasks.filter((task) => {
        const one = lying.get(keyOf(task));
        if (one?.stage !== stage || clock() < one.since + ms) return false;
        one.stage = stage === "lies" ? "nudged" : "told";
        return true;
      });
    const nudges = due("lies", NUDGED_MS).map((task) => ({ task, to: byHand(state, task) }));
    const told = due("nudged", TOLD_MS);
    const why = told.slice(0, MOST_NAMED).map((task) => whyLying(state, task));
    return {
      nudges: nudges.filter(({ to }) => to.length > 0),
      notice: told.length === 0 ? undefined : unclaimedNotice(told.map(keyOf), why),
    };
  };
  return {
    look,
    dueInMs: () => {
      const next = [...lying.values()]
        .filter(({ stage }) => stage !== "told")
        .map(({ since, stage }) => since + (stage === "lies" ? NUDGED_MS : TOLD_MS) - clock());
      return next.length === 0 ? null : Math.max(0, Math.min(...next));
    },
  };
}

function keyOf({ id, attempts, ...task }: Task): string {
  return `${id}.${attempts}.${groupOf(task)}`;
}

/** Tasks of one group may be claimed by the same members. */
function groupOf({ assignee, role }: Pick<Task, "assignee" | "role">): string {
  return `${assignee ?? ""}.${role ?? ""}`;
}

/** Runnable, and not only waiting for somebody who is busy. What is kept for the user waits for the user. */
function lyingTasks(team: Team, state: TeamState): readonly Task[] {
  const isQueue = new Map<string, boolean>();
  return [...state.tasks.values()].filter((task) => {
    if (task.status !== "pending" || task.assignee === "user" || isHeld(task)) return false;
    if (openBlockers(state, task).length > 0) return false;
    const group = groupOf(task);
    const known = isQueue.get(group) ?? able(state, task).some(({ name }) => team.index.ownedCount(name) > 0);
    isQueue.set(group, known);
    return !known;
  });
}

/** Whoever may claim it and is not gone: also a lead, when it is kept for it. */
function able(state: TeamState, { role, assignee }: Task): readonly Member[] {
  return presentMembers(state).filter((member) => {
    if (assignee !== undefined) return sameName(member.name, assignee) && !hasEndedForGood(member);
    if (member.lead || hasEndedForGood(member)) return false;
    return role === undefined || (member.role !== undefined && sameName(member.role, role));
  });
}

function byHand(state: TeamState, task: Task): readonly MemberName[] {
  return able(state, task).flatMap(({ backend, name }) => (backend === "hand" ? [name] : []));
}

function whyLying(state: TeamState, task: Task): string {
  const members = able(state, task);
  const teammates = presentMembers(state).filter((member) => !member.lead && !hasEndedForGood(member));
  if (members.length === 0 || members.some(({ lead }) => lead)) return whyNobody(state, task, teammates);
  return `#${task.id} could be claimed by ${members.map((member) => whyIdle(member, task)).join("; ")}.`;
}

function whyIdle({ name, paused, backend }: Member, { previousOwner }: Task): string {
  if (paused === true) return `${name}, who is paused until the user lets it go on`;
  if (backend === "hand") return `${name}, who joined by hand and was told so`;
  if (previousOwner !== undefined && sameName(previousOwner, name))
    return `${name}, who had it and gave it back`;
  return `${name}, who is idle and does not take it: it was interrupted, makes no progress, or has no model`;
}

/** Tasks that their last owner forgot may be taken by it once more after a while, when nobody else did. */
export interface Forgotten {
  readonly add: (task: Task) => void;
  /** The member should leave it to others now. */
  readonly isLeft: (task: Task) => boolean;
  readonly isEmpty: () => boolean;
  /** Milliseconds until one of them may be taken again; null: never. */
  readonly dueInMs: () => number | null;
}

/** How often. */
const TIMES = 2;

export function openForgotten(clock: () => number): Forgotten {
  const all = new Map<TaskId, { readonly attempts: number; readonly at: number; readonly times: number }>();
  return {
    add: ({ id, attempts }) => {
      all.set(id, { attempts, at: clock(), times: (all.get(id)?.times ?? 0) + 1 });
    },
    isLeft: ({ id, attempts }) => {
      const one = all.get(id);
      if (one?.attempts !== attempts) return false;
      return one.times >= TIMES || clock() < one.at + NUDGED_MS;
    },
    isEmpty: () => all.size === 0,
    dueInMs: () => {
      const next = [...all.values()]
        .filter(({ times }) => times < TIMES)
        .map(({ at }) => at + NUDGED_MS - clock())
        .filter((ms) => ms > 0);
      return next.length === 0 ? null : Math.min(...next);
    },
  };
}
