import type { EntryOf } from "../protocol/entries.ts";
import { isLead, openTasks } from "./derive.ts";
import { remembered } from "./provenance.ts";
import { begun, ended } from "./ran.ts";
import { BACKOFFS_KEPT, type Member, type TeamFacts, type TeamState, type Verdict } from "./state.ts";
import { accepted, refuse } from "./verdicts.ts";

export function team(state: TeamState, entry: EntryOf<"team">): Verdict {
  if (state.team) return refuse({ kind: "team_exists" });
  const facts: TeamFacts = {
    name: entry.team,
    instance: entry.instance,
    dir: entry.dir,
    settings: entry.settings,
    createdAt: entry.at,
    createdBy: entry.by,
    stopping: false,
    closed: false,
    ...(entry.goal !== undefined && { goal: entry.goal }),
  };
  return accepted({ team: facts });
}

export function close(state: TeamState, entry: EntryOf<"close">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  if (entry.by !== "user" && entry.by !== "system")
    return refuse({ kind: "not_allowed", who: entry.by, what: "close the team: the user may" });
  return accepted({ team: { ...state.team, closed: true } });
}

/** One supervisor: the first lease in the journal counts, and a later one only when it names the dead one's. */
export function lease(state: TeamState, entry: EntryOf<"lease">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  const current = state.team.lease;
  if (current && current.id !== entry.replaces) return refuse({ kind: "supervised", lease: current });
  const { id, instance, pid, at, answerWithinMs } = entry;
  const held = { id, instance, pid, at, ...(answerWithinMs !== undefined && { answerWithinMs }) };
  const ran = begun(ended(state.team.ran, entry.seen), at);
  // Between a crash and the next supervisor nobody is known to have worked.
  const members =
    current === undefined
      ? []
      : runningMembers(state).map((member) => ({ ...member, ran: begun(ended(member.ran, entry.seen), at) }));
  return accepted({
    team: { ...withoutLease(state.team), lease: held, stopping: false, ran },
    ...(members.length > 0 && { members }),
  });
}

export function lapse(state: TeamState, entry: EntryOf<"lapse">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  const { lease: current } = state.team;
  if (current?.id !== entry.lease) return refuse({ kind: "stale", what: "lease", named: entry.lease });
  return accepted({ team: { ...withoutLease(state.team), ran: ended(state.team.ran, entry.at) } });
}

function runningMembers({ members }: TeamState): readonly Member[] {
  return [...members.values()].filter(({ ran }) => ran?.since !== undefined);
}

function withoutLease({ lease: current, ...rest }: TeamFacts): TeamFacts {
  const supervisors = remembered(rest.supervisors, current?.instance);
  return supervisors === undefined ? rest : { ...rest, supervisors };
}

export function report(state: TeamState, entry: EntryOf<"report">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  const { at, by, text } = entry;
  if (by !== "user" && !isLead(state, by))
    return refuse({ kind: "not_allowed", who: by, what: "report for the team: the lead may" });
  const tasks = openTasks(state);
  if (tasks.length > 0) return refuse({ kind: "open_tasks", tasks });
  return accepted({ team: { ...state.team, report: { at, by, text } } });
}

/** What stands last counts, whatever its time: clocks are nobody's rule. */
export function backoff(state: TeamState, { key, until, at }: EntryOf<"backoff">): Verdict {
  if (!state.team) return refuse({ kind: "no_team" });
  const others = (state.team.backoffs ?? []).filter((known) => known.key !== key);
  const backoffs = [...others, { key, until, at }].slice(-BACKOFFS_KEPT);
  return accepted({ team: { ...state.team, backoffs } });
}
