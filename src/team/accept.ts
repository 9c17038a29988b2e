import type { Entry, EntryOf, Op } from "../protocol/entries.ts";
import { sameName } from "../protocol/names.ts";
import { answer, ask, settle } from "./approval-rules.ts";
import { budget, spending } from "./budget-rules.ts";
import { claim, complete, fail, release, reopen, review } from "./claim-rules.ts";
import { block, unblock } from "./edge-rules.ts";
import { control, end, join, leave, start, stop } from "./member-rules.ts";
import type { TeamState, Verdict } from "./state.ts";
import { assign, create, note, remove, update } from "./task-rules.ts";
import { backoff, close, lapse, lease, report, team } from "./team-rules.ts";
import { isKnown, type Refused, refuse, unknownMember } from "./verdicts.ts";

type EntryByOp = { readonly [O in Op]: EntryOf<O> };

const rules: { readonly [O in Op]: (state: TeamState, entry: EntryByOp[O]) => Verdict } = {
  team,
  close,
  join,
  leave,
  start,
  end,
  lease,
  lapse,
  stop,
  control,
  budget,
  spending,
  report,
  backoff,
  create,
  update,
  claim,
  complete,
  fail,
  release,
  reopen,
  review,
  block,
  unblock,
  assign,
  delete: remove,
  note,
  ask,
  answer,
  settle,
};

/**
 * The one place with rules: whether `entry` counts after everything that `state` holds, and what it changes. Pure and
 * total; reads no clock, locale, environment or chance, so every process gives the same answer. Asked before the
 * append to refuse early, and by every process at the entry's position in the journal, where the answer counts.
 */
export function accept(state: TeamState, entry: Entry): Verdict {
  return whyOutOfPlace(state, entry) ?? apply(state, entry.op, entry);
}

/** Generic in the op, so that the compiler keeps each rule together with its entry. */
function apply<O extends Op>(state: TeamState, op: O, entry: EntryByOp[O]): Verdict {
  return rules[op](state, entry);
}

/** The first entry makes the team, none counts behind `close`, and strangers are not heard. */
function whyOutOfPlace(state: TeamState, entry: Entry): Refused | undefined {
  if (entry.op === "team") return undefined;
  if (!state.team) return refuse({ kind: "no_team" });
  if (state.team.closed) return refuse({ kind: "closed" });
  if (isKnown(state, entry.by)) return undefined;
  // One may introduce itself, and a process may say that it ended after its member has left.
  if ((entry.op === "join" || entry.op === "end") && sameName(entry.by, entry.member)) return undefined;
  return unknownMember(state, entry.by);
}
