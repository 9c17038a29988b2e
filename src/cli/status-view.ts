import { counted, moneyText, tokensText } from "./amounts.ts";
import type { Context } from "./command.ts";
import { ageText } from "./durations.ts";
import type { MemberLine, Status, StatusView } from "./look-at-team.ts";
import { type Piece, type Style, styled } from "./piece.ts";
import { warning } from "./report.ts";
import type { Screen } from "./screen.ts";
import { rightAligned, table } from "./table.ts";
import { wrappedText } from "./wrapped.ts";

const STATE_STYLES: Readonly<Record<MemberLine["state"], Style>> = {
  starting: "cyan",
  working: "yellow",
  awaiting: "magenta",
  idle: "green",
  paused: "dim",
  unresponsive: "red",
  stopped: "dim",
  died: "red",
};

export function memberRow(member: MemberLine, now: number): readonly Piece[] {
  const { name, role, lead, state, since, task, unread, tokens, costUsd } = member;
  return [
    styled("bold", name),
    lead ? "lead" : (role ?? ""),
    styled(STATE_STYLES[state], memberState(member, now)),
    ageText(since, now),
    task === null ? "" : `#${task}`,
    unread > 0 ? String(unread) : "",
    tokens === null
      ? ""
      : `${tokensText(tokens.input + tokens.cacheRead + tokens.cacheWrite)}/${tokensText(tokens.output)}`,
    tokens === null ? "" : moneyText(costUsd),
  ];
}

/** Its state, and what it waits for. */
export function memberState(
  { state, waitingFor, waitsUntil }: Pick<MemberLine, "state" | "waitingFor" | "waitsUntil">,
  now: number,
): string {
  if (waitingFor !== null) return `${state} ${waitingFor}`;
  const waitMs = waitsUntil === null ? 0 : Date.parse(waitsUntil) - now;
  if (!(waitMs > 0)) return state;
  return `${state}, waits ${Math.ceil(waitMs / 1000)} s for the model's rate limit`;
}

export const MEMBER_HEAD = [
  "agent",
  "role",
  "state",
  "for",
  "task",
  ...["unread", "tokens", "money"].map(rightAligned),
];

export function showStatus(
  { screen, host }: Pick<Context, "screen" | "host">,
  { status, members, budget }: StatusView,
): void {
  const { tasks, supervisor } = status;
  screen.line(styled("bold", status.team), `  ${status.dir}`);
  if (status.goal !== null) labelled(screen, "goal    ", status.goal);
  screen.line(styled("dim", "state   "), stateText(status, host.now()));
  const counts = (["working", "claimable", "blocked", "review", "orphaned", "held", "failed"] as const)
    .filter((state) => tasks[state] > 0)
    .map((state) => `, ${tasks[state]} ${state}`);
  screen.line(styled("dim", "tasks   "), `${tasks.done} of ${tasks.total} done${counts.join("")}`);
  screen.line(
    styled("dim", "cost    "),
    `${tokensText(status.tokens.input + status.tokens.cacheRead + status.tokens.cacheWrite)} tokens in, ${tokensText(status.tokens.output)} out, ${moneyText(status.costUsd)}`,
  );
  if (budget !== null) screen.line(styled("dim", "budget  "), budget);
  if (status.report) labelled(screen, "report  ", status.report.text);
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

/** Text of people and agents may be long: its lines stand below each other. */
function labelled(screen: Screen, label: string, text: string): void {
  const columns = screen.width === undefined ? undefined : screen.width - label.length;
  const [first = "", ...rest] = wrappedText(text, columns);
  screen.line(styled("dim", label), first);
  for (const line of rest) screen.line(" ".repeat(label.length), line);
}

function stateText({ supervisor, report }: Status, now: number): string {
  if (supervisor.alive)
    return `running for ${ageText(supervisor.since ?? "", now)} (supervisor ${supervisor.pid ?? "?"})`;
  return report ? "done, not running" : "not running";
}
