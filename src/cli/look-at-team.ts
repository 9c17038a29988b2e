import type { z } from "zod";
import { costs } from "../runtime/cost.ts";
import { type LifeVerdict, type SupervisorSigns, supervisorOf } from "../runtime/liveness.ts";
import { roster } from "../runtime/roster.ts";
import { waitingApprovals } from "../team/approvals.ts";
import { readMailbox } from "../team/mail.ts";
import type { TeamFacts } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { counted } from "./amounts.ts";
import { lookAtBudget } from "./budget-view.ts";
import { AgentList, type AgentOutput, type StatusOutput } from "./output.ts";
import { taskViews } from "./task-view.ts";

export type Status = z.input<typeof StatusOutput>;
export type MemberLine = z.infer<typeof AgentOutput>;

export interface StatusView {
  readonly status: Status;
  readonly members: readonly MemberLine[];
  /** What is used of the budget; null without one. */
  readonly budget: string | null;
}

/** Nobody starts again what dies: a new supervisor does. */
const ANEW = "troupe down, then troupe resume";

/** Everything that one screen shows of a team. */
export async function lookAtTeam(team: Team): Promise<StatusView> {
  const state = await team.readOn();
  const look = await taskViews(team);
  const views = [...state.tasks.values()].map(look).filter((view) => view.state !== "deleted");
  const members = AgentList.parse(await roster(team));
  const signs = await supervisorOf(team);
  const { usage } = (await costs(team)).total;
  const { input, output, cacheRead, cacheWrite, costUsd } = usage;
  const { budget, text, warnings } = await lookAtBudget(team);
  const unread = (await readMailbox(team, "user")).filter((item) => item.state !== "read").length;
  const countOf = (wanted: string): number => views.filter((view) => view.state === wanted).length;
  const agentsIn = (wanted: string): number => members.filter((member) => member.state === wanted).length;
  const status: Status = {
    team: team.name,
    ...factsOf(state.team),
    supervisor: supervisorOutput(signs),
    agents: {
      total: members.length,
      starting: agentsIn("starting"),
      working: agentsIn("working"),
      awaiting: agentsIn("awaiting"),
      idle: agentsIn("idle"),
      paused: agentsIn("paused"),
      unresponsive: agentsIn("unresponsive"),
      stopped: agentsIn("stopped"),
      died: agentsIn("died"),
    },
    tasks: {
      total: views.length,
      done: countOf("done"),
      working: countOf("working"),
      claimable: countOf("claimable"),
      blocked: countOf("blocked"),
      review: countOf("review"),
      orphaned: countOf("orphaned"),
      held: countOf("held"),
      failed: countOf("failed"),
    },
    approvals: waitingApprovals(state).length,
    unread,
    tokens: { input, output, cacheRead, cacheWrite },
    costUsd,
    budget,
    warnings: [...warnings, ...warningsOf(team, members, signs?.verdict)],
  };
  return { status, members, budget: text };
}

function factsOf(
  facts: TeamFacts | undefined,
): Pick<Status, "goal" | "dir" | "createdAt" | "report" | "durability"> {
  // An open team always has a first entry.
  const { goal = null, dir = "", createdAt = "", report = null, settings } = facts ?? {};
  return { goal, dir, createdAt, report, durability: settings?.durability ?? "default" };
}

function supervisorOutput(signs: SupervisorSigns | undefined): Status["supervisor"] {
  if (!signs || signs.verdict === "dead") return { alive: false, pid: null, since: null };
  return { alive: true, pid: signs.lease.pid, since: signs.lease.at };
}

function warningsOf(
  team: Team,
  members: readonly MemberLine[],
  supervisor: LifeVerdict | undefined,
): readonly string[] {
  const torn = team.store.torn().length;
  const isStale = supervisor === "dead";
  const died = members.filter(({ state }) => state === "died").map(({ name }) => name);
  const asked = waitingApprovals(team.state());
  const askers = [...new Set(asked.map(({ by }) => by))];
  return [
    ...(asked.length > 0
      ? [`${counted(asked.length, "question")} for you from ${askers.join(", ")}; troupe approvals`]
      : []),
    ...(torn > 0 ? [`${counted(torn, "torn line")}, skipped; troupe doctor shows where`] : []),
    ...(isStale ? ["its supervisor is dead; troupe resume starts it again"] : []),
    ...(supervisor === "unresponsive" ? [`its supervisor does not answer; ${ANEW}`] : []),
    ...(died.length > 0 && !isStale ? [`died: ${died.join(", ")}; troupe agent show NAME says how`] : []),
  ];
}
