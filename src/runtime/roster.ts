import type { RunFile, Usage } from "../protocol/files.ts";
import type { EntryId, MemberName, Party, Role, TaskId } from "../protocol/names.ts";
import { sameName } from "../protocol/names.ts";
import type { PermissionMode } from "../protocol/permissions.ts";
import { waitingApprovals } from "../team/approvals.ts";
import { hasLimits, limitsOf } from "../team/budgets.ts";
import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { followCallSums } from "./call-sums.ts";
import { type LifeSigns, lifeOf } from "./liveness.ts";
import { modeOf } from "./plan-mode.ts";
import { type BudgetStatus, budgetStatus, memberSpending } from "./team-spending.ts";
import type { WaitingFor } from "./waiting-for.ts";

/**
 * starting: announced, not ready. working, awaiting, idle, paused: as it says of itself. unresponsive: there, but stopped or without a
 * sign of life for 30 s. stopped: no process, and none missing. died: its process is gone, or it was given up.
 */
export type MemberState =
  | "starting"
  | "working"
  | "awaiting"
  | "idle"
  | "paused"
  | "unresponsive"
  | "stopped"
  | "died";

/** One line of the roster; the keys of `agent list --json` (cli.md §2). Times ISO 8601 UTC. */
export interface MemberStatus {
  readonly name: MemberName;
  readonly role: Role | null;
  readonly lead: boolean;
  readonly state: MemberState;
  /** What it waits for a person to say, with `awaiting`; `budget`, with `paused`, when there is none left. */
  readonly waitingFor: WaitingFor;
  /** The model's rate limit lets none of its requests through before this ISO time; null when none waits. */
  readonly waitsUntil: string | null;
  readonly since: string;
  /** How its last process ended: `killed (signal 9)`. Null while it lives. */
  readonly detail: string | null;
  readonly model: string | null;
  readonly permissionMode: PermissionMode;
  readonly backend: "child" | "hand";
  readonly pid: number | null;
  /** The task it owns. */
  readonly task: TaskId | null;
  readonly unread: number;
  /** Its questions that nobody has answered. */
  readonly approvals: number;
  readonly restarts: number;
  /** Of the current life; null without one. */
  readonly tokens: Omit<Usage, "costUsd"> | null;
  readonly costUsd: number | null;
  readonly context: RunFile["context"] | null;
  /** Of its own, over all its lives; null: only the team's binds it. */
  readonly budget: BudgetStatus | null;
}

/** Everybody who has not left, in the order of joining. Reads on in no log but the mailboxes' unread rest. */
export async function roster(team: Team): Promise<readonly MemberStatus[]> {
  const state = team.state();
  const present = [...state.members.values()].filter(({ left }) => left === undefined);
  return Promise.all(present.map((member) => statusOf(team, state, member)));
}

async function statusOf(team: Team, state: TeamState, member: Member): Promise<MemberStatus> {
  const [signs, unread] = await Promise.all([lifeOf(team, member), unreadOf(team, member.name)]);
  const { name, role = null, lead, definition, backend, restarts } = member;
  const task = taskOf(state, name);
  const own = stateOf(signs, task);
  return {
    name,
    role,
    lead,
    state: own,
    waitingFor: own === "awaiting" || own === "paused" ? (signs.run?.waitingFor ?? null) : null,
    waitsUntil: own === "working" ? (signs.run?.waitsUntil ?? null) : null,
    ...lastChange(member, signs),
    permissionMode: modeOf(team, name),
    backend,
    task,
    unread,
    approvals: waitingApprovals(state).filter(({ by }) => sameName(by, name)).length,
    restarts,
    ...selfReport(signs.run, definition.model ?? null),
    budget: await ownBudget(team, state, member),
  };
}

async function ownBudget(team: Team, state: TeamState, member: Member): Promise<BudgetStatus | null> {
  if (!hasLimits(limitsOf(state, member))) return null;
  return budgetStatus(await memberSpending(team, followCallSums(team), member));
}

function lastChange({ life, joinedAt }: Member, { run }: LifeSigns): Pick<MemberStatus, "since" | "detail"> {
  return {
    since: life?.ended?.at ?? run?.since ?? life?.startedAt ?? joinedAt,
    detail: life?.ended?.detail ?? null,
  };
}

/** What its process says of itself. */
function selfReport(
  run: RunFile | undefined,
  plannedModel: string | null,
): Pick<MemberStatus, "model" | "pid" | "tokens" | "costUsd" | "context"> {
  if (!run) return { model: plannedModel, pid: null, tokens: null, costUsd: null, context: null };
  const { input, output, cacheRead, cacheWrite, costUsd } = run.usage;
  return {
    model: run.model ?? plannedModel,
    pid: run.pid,
    tokens: { input, output, cacheRead, cacheWrite },
    costUsd,
    context: run.context,
  };
}

function stateOf({ verdict, run }: LifeSigns, task: TaskId | null): MemberState {
  if (verdict === "dead") return "died";
  if (verdict !== "alive" && verdict !== "unknown") return verdict;
  if (run) return ownState(run);
  // By hand: it has no process of ours that could say.
  return task === null ? "idle" : "working";
}

/** Whoever is stopping still finishes something. */
function ownState({ status }: RunFile): MemberState {
  return status === "stopping" ? "working" : status;
}

function taskOf(state: TeamState, name: MemberName): TaskId | null {
  for (const { id, status, owner } of state.tasks.values())
    if (status === "in_progress" && owner !== undefined && sameName(owner, name)) return id;
  return null;
}

/** Messages behind the cursor's `read`; one that was appended twice counts once. */
async function unreadOf(team: Team, owner: Party): Promise<number> {
  const mailbox = team.store.mailbox(owner);
  const cursor = await team.store.cursor(owner).load();
  let from = cursor?.read.position ?? (await mailbox.start());
  const ids = new Set<EntryId>();
  for (;;) {
    const { entries, next, atEnd } = await mailbox.read(from);
    for (const { entry } of entries) ids.add(entry.id);
    if (atEnd) return ids.size;
    from = next;
  }
}
