import type { z } from "zod";
import { costs } from "../runtime/cost.ts";
import { supervisorOf } from "../runtime/liveness.ts";
import { roster } from "../runtime/roster.ts";
import { readMailbox } from "../team/mail.ts";
import type { Team } from "../team/team.ts";
import { counted, moneyText, tokensText } from "./amounts.ts";
import type { Context } from "./command.ts";
import { ageText } from "./durations.ts";
import { AgentList, type AgentOutput, type StatusOutput } from "./output.ts";
import { type Piece, type Style, styled } from "./piece.ts";
import { warning } from "./report.ts";
import { table } from "./table.ts";
import { taskViews } from "./task-view.ts";

export type Status = z.input<typeof StatusOutput>;
type MemberStatus = z.infer<typeof AgentOutput>;

export interface StatusView {
  readonly status: Status;
  readonly members: readonly MemberStatus[];
}

/** Everything that one screen shows of a team. */
export async function lookAtTeam(team: Team): Promise<StatusView> {
  const state = await team.readOn();
  const look = await taskViews(team);
  const views = [...state.tasks.values()].map(look).filter((view) => view.state !== "deleted");
  const members = AgentList.parse(await roster(team));
  const signs = await supervisorOf(team);
  const { usage } = (await costs(team)).total;
  const { input, output, cacheRead, cacheWrite, costUsd } = usage;
  const facts = state.team;
  const alive = signs !== undefined && signs.verdict !== "dead";
  const unread = (await readMailbox(team, "user")).filter((item) => item.state !== "read").length;
  const countOf = (wanted: string): number => views.filter((view) => view.state === wanted).length;
  const agentsIn = (wanted: string): number => members.filter((member) => member.state === wanted).length;
  const status: Status = {
    team: team.name,
    goal: facts?.goal ?? null,
    dir: facts?.dir ?? "",
    createdAt: facts?.createdAt ?? "",
    supervisor: { alive, pid: alive ? signs.lease.pid : null, since: alive ? signs.lease.at : null },
    report: facts?.report ?? null,
    agents: {
      total: members.length,
      starting: agentsIn("starting"),
      working: agentsIn("working"),
      idle: agentsIn("idle"),
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
    unread,
    tokens: { input, output, cacheRead, cacheWrite },
    costUsd,
    durability: facts?.settings.durability ?? "default",
    warnings: warningsOf(team, members, signs !== undefined && !alive),
  };
  return { status, members };
}

function warningsOf(team: Team, members: readonly MemberStatus[], isStale: boolean): readonly string[] {
  const torn = team.store.torn().length;
  const died = members.filter(({ state }) => state === "died").map(({ name }) => name);
  return [
    ...(torn > 0 ? [`${counted(torn, "torn line")}, skipped; troupe doctor shows where`] : []),
    ...(isStale ? ["its supervisor is dead; troupe resume starts it again"] : []),
    ...(died.length > 0 && !isStale ? [`died: ${died.join(", ")}; troupe agent show NAME says how`] : []),
  ];
}

const STATE_STYLES: Readonly<Record<MemberStatus["state"], Style>> = {
  starting: "cyan",
  working: "yellow",
  idle: "green",
  unresponsive: "red",
  stopped: "dim",
  died: "red",
};

export function memberRow(member: MemberStatus, now: number): readonly Piece[] {
  const { name, role, lead, state, since, task, unread, tokens, costUsd } = member;
  return [
    styled("bold", name),
    lead ? "lead" : (role ?? ""),
    styled(STATE_STYLES[state], state),
    ageText(since, now),
    task === null ? "" : `#${task}`,
    unread > 0 ? String(unread) : "",
    tokens === null
      ? ""
      : `${tokensText(tokens.input + tokens.cacheRead + tokens.cacheWrite)}/${tokensText(tokens.output)}`,
    costUsd === null ? "" : moneyText(costUsd),
  ];
}

export const MEMBER_HEAD = ["agent", "role", "state", "for", "task", "unread", "tokens", "money"];

export function showStatus(
  { screen, host }: Pick<Context, "screen" | "host">,
  { status, members }: StatusView,
): void {
  const { tasks, supervisor } = status;
  screen.line(styled("bold", status.team), `  ${status.dir}`);
  if (status.goal !== null) screen.line(styled("dim", "goal    "), status.goal);
  screen.line(styled("dim", "state   "), stateText(status, host.now()));
  const counts = (["working", "claimable", "blocked", "review", "orphaned", "held", "failed"] as const)
    .filter((state) => tasks[state] > 0)
    .map((state) => `, ${tasks[state]} ${state}`);
  screen.line(styled("dim", "tasks   "), `${tasks.done} of ${tasks.total} done${counts.join("")}`);
  screen.line(
    styled("dim", "cost    "),
    `${tokensText(status.tokens.input + status.tokens.cacheRead + status.tokens.cacheWrite)} tokens in, ${tokensText(status.tokens.output)} out, ${moneyText(status.costUsd)}`,
  );
  if (status.report) screen.line(styled("dim", "report  "), status.report.text);
  if (members.length > 0) screen.line("");
  for (const line of members.length === 0
    ? []
    : table(
        MEMBER_HEAD,
        members.map((member) => memberRow(member, host.now())),
      ))
    screen.line(...line);
  for (const text of status.warnings) screen.say(...warning(text));
  if (status.unread > 0)
    screen.say(styled("dim", `${counted(status.unread, "new message")}: troupe inbox --unread`));
  else if (!supervisor.alive && members.some(({ backend }) => backend === "child"))
    screen.say(styled("dim", `next: troupe resume ${status.team}`));
}

function stateText({ supervisor, report }: Status, now: number): string {
  if (supervisor.alive)
    return `running for ${ageText(supervisor.since ?? "", now)} (supervisor ${supervisor.pid ?? "?"})`;
  return report ? "done, not running" : "not running";
}
