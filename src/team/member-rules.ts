import type { EntryOf } from "../protocol/entries.ts";
import { type Actor, type MemberName, sameName } from "../protocol/names.ts";
import { PermissionMode } from "../protocol/permissions.ts";
import { withdrawnOf } from "./approval-rules.ts";
import { isByHand, leadOf, memberNamed, presentMember } from "./derive.ts";
import { foreignCommand, remembered } from "./provenance.ts";
import { begun, ended } from "./ran.ts";
import type { Member, Task, TeamState, Verdict } from "./state.ts";
import { accepted, changed, freed, isInCharge, type Refused, refuse, unknownMember } from "./verdicts.ts";

export function join(state: TeamState, entry: EntryOf<"join">): Verdict {
  const known = memberNamed(state, entry.member);
  if (known) return refuse({ kind: "name_taken", name: known.name });
  const lead = leadOf(state);
  if (entry.lead && lead) return refuse({ kind: "led", by: lead.name });
  const member: Member = {
    name: entry.member,
    lead: entry.lead ?? false,
    backend: entry.backend,
    definition: entry.definition,
    joinedAt: entry.at,
    restarts: 0,
    stopping: false,
    ...(entry.role !== undefined && { role: entry.role }),
  };
  return accepted({ members: [member] });
}

/** Nobody who left owns a task, keeps one from others by a reservation, or waits for an answer. */
export function leave(state: TeamState, entry: EntryOf<"leave">): Verdict {
  const member = presentMember(state, entry.member);
  if (!member) return unknownMember(state, entry.member);
  if (!mayEnd(state, entry.by, member.name))
    return refuse({ kind: "not_allowed", who: entry.by, what: `make ${member.name} leave` });
  const left = { at: entry.at, ...(entry.reason !== undefined && { reason: entry.reason }) };
  const tasks = [...state.tasks.values()].flatMap((task) => withoutMember(task, member.name, entry));
  const approvals = withdrawnOf(state, member.name, entry.at);
  return accepted({
    members: [{ ...member, left }],
    ...(tasks.length > 0 && { tasks }),
    ...(approvals.length > 0 && { approvals }),
  });
}

function withoutMember(task: Task, name: MemberName, entry: EntryOf<"leave">): readonly Task[] {
  if (task.status === "deleted" || task.status === "completed") return [];
  const owns = task.owner !== undefined && sameName(task.owner, name);
  const reserved = task.assignee !== undefined && sameName(task.assignee, name);
  if (!owns && !reserved) return [];
  const next = owns ? freed(task, entry, { status: "pending" }) : changed(task, entry, {});
  if (!reserved) return [next];
  const { assignee: _, ...rest } = next;
  return [rest];
}

function mayEnd(state: TeamState, who: Actor, member: MemberName): boolean {
  return isInCharge(state, who) || sameName(who, member);
}

/** A later life takes the place of the former one, whose `end` is then void. */
export function start(state: TeamState, entry: EntryOf<"start">): Verdict {
  const member = presentMember(state, entry.member);
  if (!member) return unknownMember(state, entry.member);
  const life = { instance: entry.instance, startedAt: entry.at };
  const ran = begun(ended(member.ran, entry.at), entry.at);
  const restarts = member.restarts + (member.life ? 1 : 0);
  const lives = remembered(member.lives, member.life?.instance);
  return accepted({
    members: [{ ...member, life, ...(lives !== undefined && { lives }), restarts, stopping: false, ran }],
  });
}

export function end(state: TeamState, entry: EntryOf<"end">): Verdict {
  const member = memberNamed(state, entry.member);
  if (!member) return unknownMember(state, entry.member);
  const { life } = member;
  if (life?.instance !== entry.instance || life.ended)
    return refuse({ kind: "stale", what: "life", named: entry.instance });
  const over = {
    at: entry.at,
    how: entry.how,
    ...(entry.detail !== undefined && { detail: entry.detail }),
  };
  return accepted({
    members: [{ ...member, life: { ...life, ended: over }, ran: ended(member.ran, entry.at) }],
  });
}

export function stop(state: TeamState, entry: EntryOf<"stop">): Verdict {
  const { team } = state;
  if (!team) return refuse({ kind: "no_team" });
  const foreign = foreignCommand(state, entry, "stop anybody");
  if (foreign) return foreign;
  if (entry.member === undefined) {
    if (!isInCharge(state, entry.by))
      return refuse({ kind: "not_allowed", who: entry.by, what: "stop the team: the lead or the user may" });
    return accepted({ team: { ...team, stopping: true } });
  }
  const member = presentMember(state, entry.member);
  if (!member) return unknownMember(state, entry.member);
  if (!mayEnd(state, entry.by, member.name))
    return refuse({
      kind: "not_allowed",
      who: entry.by,
      what: `stop ${member.name}: the lead or the user may`,
    });
  return accepted({ members: [{ ...member, stopping: true }] });
}

const VERBS: Readonly<Record<EntryOf<"control">["what"], string>> = {
  interrupt: "interrupt",
  pause: "pause",
  resume: "resume",
  model: "change the model of",
  mode: "change the permission mode of",
  compact: "compact the conversation of",
};

/** A member does not steer itself, and a hand-driven one has no process that could be steered. */
export function control(state: TeamState, entry: EntryOf<"control">): Verdict {
  const member = presentMember(state, entry.member);
  if (!member) return unknownMember(state, entry.member);
  return whyNotSteered(state, entry, member) ?? steered(member, entry);
}

function whyNotSteered(state: TeamState, entry: EntryOf<"control">, member: Member): Refused | undefined {
  const { by } = entry;
  const verb = `${VERBS[entry.what]} ${member.name}`;
  if (!isInCharge(state, by) || sameName(by, member.name))
    return refuse({ kind: "not_allowed", who: by, what: `${verb}: the user or the lead may` });
  const foreign = foreignCommand(state, entry, verb);
  if (foreign || !isByHand(member)) return foreign;
  return refuse({ kind: "not_allowed", who: by, what: `${verb}, who is driven by hand` });
}

function steered(member: Member, { by, what, value }: EntryOf<"control">): Verdict {
  switch (what) {
    case "interrupt":
    case "compact":
      return accepted({});
    case "pause":
    case "resume":
      return accepted({ members: [{ ...member, paused: what === "pause" }] });
    case "model":
      if (value === undefined) return refuse({ kind: "empty", what: "text" });
      return accepted({ members: [{ ...member, model: value }] });
    case "mode":
      return changeMode(member, by, value);
    default:
      return what satisfies never;
  }
}

/** What runs without a question is the person's to say. */
function changeMode(member: Member, by: Actor, value: string | undefined): Verdict {
  const mode = PermissionMode.safeParse(value);
  if (by !== "user" || !mode.success)
    return refuse({
      kind: "not_allowed",
      who: by,
      what: `give ${member.name} the permission mode ${value ?? ""}`,
    });
  return accepted({ members: [{ ...member, mode: mode.data }] });
}
