import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { budgetStop } from "./budget-stop.ts";
import { exitCodeIn } from "./exit-text.ts";
import { leadText, leadTrouble } from "./lead-trouble.ts";
import { lifeOf, supervisorOf } from "./liveness.ts";

/** done: the lead reported. Everything else names why nothing more is to be expected. */
export interface TeamEnd {
  /** As a command answers it; 4, 7 or 8 where the model or the budget stopped the agents. Source: docs/cli.md. */
  readonly exit: number;
  readonly reason: "done" | "failed" | "stopped" | "timeout" | "interrupted" | "budget";
  /** One sentence for people. */
  readonly detail: string;
  /** What to type next. */
  readonly hint?: string;
}

/**
 * Waits until the team's goal is reached or cannot be reached any more: the report was accepted; the lead, or every
 * teammate, ended for good; the lead's model refuses it or never answered; a budget is reached and nobody works; the team was stopped or deleted; nobody is left to restart what died; `timeoutMs` are over;
 * or `signal` aborted. Stops nobody. Throws what reading the journal throws.
 */
export async function waitUntilDone(
  team: Team,
  { timeoutMs }: { readonly timeoutMs?: number },
  signal: AbortSignal,
): Promise<TeamEnd> {
  const over = new AbortController();
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => over.abort(), Math.min(timeoutMs, 2 ** 31 - 1));
  const trouble = leadTrouble(team);
  const spent = budgetStop(team);
  try {
    const first = await endOf(team, { trouble, spent });
    if (first) return first;
    // Also each second: a death makes no entry while the supervisor is dead too.
    for await (const _ of team.store.journal.changes(AbortSignal.any([over.signal, signal]))) {
      const end = await endOf(team, { trouble, spent });
      if (end) return end;
    }
  } finally {
    clearTimeout(timer);
  }
  const hint = `nothing is lost; troupe resume ${team.name} goes on from here`;
  if (signal.aborted) return { exit: 130, reason: "interrupted", detail: "before the lead reported", hint };
  return { exit: 124, reason: "timeout", detail: `not done within ${lengthText(timeoutMs ?? 0)}`, hint };
}

interface Watches {
  readonly trouble: ReturnType<typeof leadTrouble>;
  readonly spent: ReturnType<typeof budgetStop>;
}

async function endOf(team: Team, { trouble, spent }: Watches): Promise<TeamEnd | undefined> {
  const state = await team.readOn();
  const written = writtenEnd(state);
  if (written) return written;
  const hopeless = await trouble();
  if (hopeless)
    return {
      ...hopeless,
      reason: "failed",
      hint: `troupe doctor shows which model is asked; once it answers: troupe resume ${team.name}`,
    };
  const stopped = await spent();
  if (stopped) return { exit: 7, reason: "budget", detail: stopped.text, hint: stopped.hint };
  const lead = present(state).find((member) => member.lead);
  const supervisor = await supervisorOf(team);
  if (supervisor && supervisor.verdict !== "dead") return undefined;
  // Without a supervisor the agents go on alone, as long as the one who reports is there.
  if (lead && (await lifeOf(team, lead)).verdict !== "dead") return undefined;
  return failed("the lead and the supervisor are dead");
}

function lengthText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** What the journal alone says. */
function writtenEnd(state: TeamState): TeamEnd | undefined {
  const { team } = state;
  if (!team || team.closed) return { exit: 1, reason: "stopped", detail: "the team was deleted" };
  if (team.report) return { exit: 0, reason: "done", detail: team.report.text };
  if (team.stopping) return { exit: 1, reason: "stopped", detail: "the team was stopped" };
  const members = present(state).filter(({ backend }) => backend === "child");
  const lead = members.find((member) => member.lead);
  if (lead && isOver(lead)) return failed(`${leadText(lead.name)} ended: ${why(lead)}`, [lead]);
  const mates = members.filter((member) => !member.lead);
  if (mates.length > 0 && mates.every(isOver))
    return failed(
      `all ${mates.length} teammates ended: ${mates.map((mate) => `${mate.name} (${why(mate)})`).join(", ")}`,
      mates,
    );
  return undefined;
}

/** A life that `died` is followed by another one; these are not. */
function isOver({ life }: Member): boolean {
  return life?.ended !== undefined && life.ended.how !== "died";
}

function why({ life }: Member): string {
  return life?.ended?.detail ?? life?.ended?.how ?? "not started";
}

function present(state: TeamState): readonly Member[] {
  return [...state.members.values()].filter(({ left }) => left === undefined);
}

function failed(detail: string, ended: readonly Member[] = []): TeamEnd {
  const codes = ended.map(({ life }) => exitCodeIn(life?.ended?.detail ?? ""));
  return {
    exit: codes.find((code) => code === 4 || code === 7 || code === 8) ?? 1,
    reason: "failed",
    detail,
  };
}
