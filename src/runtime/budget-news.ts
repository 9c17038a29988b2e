import { type MemberName, sameName } from "../protocol/names.ts";
import { leadOf, memberNamed } from "../team/derive.ts";
import { sendMessage } from "../team/mail.ts";
import type { Told } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { type BudgetUse, nextLimit, toTell } from "./budget.ts";

/**
 * Says once for these limits that four fifths are used, and once that all is: who gets the entry into the journal first
 * tells people. `whose`: the member whose own limits they are; undefined for the team's. Throws what the journal and the
 * mailboxes throw.
 */
export async function tellSpending(
  team: Team,
  by: MemberName,
  whose: MemberName | undefined,
  use: BudgetUse,
): Promise<void> {
  const percent = toTell(use);
  if (percent === undefined || isTold(team, whose, percent)) return;
  const of = whose === undefined ? {} : { member: whose };
  const outcome = await team.commit({ op: "spending", by, ...of, percent, text: use.text });
  if (!outcome.ok) return;
  const text = percent === 100 ? reachedText(team, whose, use) : warningText(whose, use);
  await sendMessage(team, "system", { to: recipients(team, whose, percent), kind: "system", text });
}

/** `the team's budget`, `the budget of ada`. */
export function budgetOf(whose: MemberName | undefined): string {
  return whose === undefined ? "the team's budget" : `the budget of ${whose}`;
}

/** What a person types to go on. */
export function raiseHint(team: Pick<Team, "name">, whose: MemberName | undefined, use: BudgetUse): string {
  const limit = nextLimit(use);
  return whose === undefined
    ? `troupe up --budget ${limit} --team ${team.name} goes on from here`
    : `troupe agent budget ${whose} ${limit} --team ${team.name}`;
}

function isTold(team: Team, whose: MemberName | undefined, percent: Told): boolean {
  const state = team.state();
  const told = whose === undefined ? state.team?.told : memberNamed(state, whose)?.told;
  return told !== undefined && told >= percent;
}

/** A lead that cannot work itself need not be told. */
function recipients(team: Team, whose: MemberName | undefined, percent: Told): readonly string[] {
  const lead = leadOf(team.state())?.name;
  if (lead === undefined) return ["user"];
  const rests = percent === 100 && (whose === undefined || sameName(whose, lead));
  return rests ? ["user"] : [lead, "user"];
}

function warningText(whose: MemberName | undefined, use: BudgetUse): string {
  const who = whose === undefined ? "the team makes" : `${whose} makes`;
  return `${capital(budgetOf(whose))} is ${Math.floor(use.used * 100)} % used: ${use.text}. At 100 % ${who} no further model call.`;
}

function reachedText(team: Team, whose: MemberName | undefined, use: BudgetUse): string {
  const who =
    whose === undefined
      ? "Every agent is paused and keeps its task; no work is lost."
      : `${whose} is paused and keeps its task; no work is lost.`;
  return `${capital(budgetOf(whose))} is reached: ${use.text}. ${who} The user raises it: ${raiseHint(team, whose, use)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
