import { BUDGET_PARTS } from "../protocol/budget.ts";
import type { EntryOf } from "../protocol/entries.ts";
import { sameName } from "../protocol/names.ts";
import { limitsOf, withChange } from "./budgets.ts";
import { presentMember } from "./derive.ts";
import type { TeamState, Told, Verdict } from "./state.ts";
import { accepted, refuse, unknownMember } from "./verdicts.ts";

/** What may be spent is the person's to say. What people were told of the limits before says nothing of these. */
export function budget(state: TeamState, entry: EntryOf<"budget">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  if (entry.by !== "user")
    return refuse({ kind: "not_allowed", who: entry.by, what: "change a budget: the user may" });
  if (BUDGET_PARTS.every((part) => entry[part] === undefined))
    return refuse({ kind: "no_news", what: "budget" });
  if (entry.member === undefined) {
    const { told: _, ...team } = state.team;
    return accepted({ team: { ...team, budget: withChange(limitsOf(state), entry) } });
  }
  const member = presentMember(state, entry.member);
  if (!member) return unknownMember(state, entry.member);
  const { told: _, ...rest } = member;
  return accepted({ members: [{ ...rest, budget: withChange(limitsOf(state, member), entry) }] });
}

/** Each part is said once for the same limits: whoever was first tells people. */
export function spending(state: TeamState, { member: name, by, percent }: EntryOf<"spending">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  if (name === undefined) {
    if (isOld(state.team.told, percent)) return refuse({ kind: "no_news", what: "budget" });
    return accepted({ team: { ...state.team, told: percent } });
  }
  const member = presentMember(state, name);
  if (!member) return unknownMember(state, name);
  if (!sameName(by, member.name))
    return refuse({ kind: "not_allowed", who: by, what: `tell what ${member.name} has spent` });
  if (isOld(member.told, percent)) return refuse({ kind: "no_news", what: "budget" });
  return accepted({ members: [{ ...member, told: percent }] });
}

function isOld(told: Told | undefined, percent: Told): boolean {
  return told !== undefined && told >= percent;
}
