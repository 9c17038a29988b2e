import type { Entry, EntryOf, Op } from "../protocol/entries.ts";
import type { Message } from "../protocol/message.ts";
import type { EntryId, TaskId } from "../protocol/names.ts";
import { handleOf } from "../team/approvals.ts";
import type { Approval, TeamState } from "../team/state.ts";
import { changeText } from "./budget.ts";

/** Something that happened, in one line: who, what kind, and words. More keys stand beside these, by type. */
export interface TimelineItem {
  readonly v: 1;
  /** Of the entry, message or event. */
  readonly id: string;
  /** ISO 8601 UTC, the writer's clock. */
  readonly at: string;
  /** `task.claimed`: before the dot what it is about, behind it what became of it. */
  readonly type: string;
  /** Who did it: a member, `user`, or `system` for troupe itself. */
  readonly agent: string | null;
  readonly text: string;
  readonly task?: string;
  /** Recipients of a message. */
  readonly to?: readonly string[];
  readonly re?: string;
  /** The tool of a `tool.…` item. */
  readonly tool?: string;
}

export const KINDS = ["team", "agent", "task", "message", "approval", "tool"] as const;
export type Kind = (typeof KINDS)[number];

type Words = Pick<TimelineItem, "type" | "text"> & { readonly agent?: string };
interface Named {
  readonly subject: (task: TaskId) => string;
  /** A question by its handle, with what it is about. */
  readonly question: (ask: EntryId) => string;
}
type Teller<O extends Op> = (entry: EntryOf<O>, named: Named) => Words;

const STEERED: Readonly<Record<EntryOf<"control">["what"], (value?: string) => string>> = {
  interrupt: () => "is interrupted",
  pause: () => "is paused",
  resume: () => "goes on",
  mode: (value) => `works in the mode ${value ?? "default"} from now on`,
  compact: () => "is to compact its conversation",
  model: (value) => `works with ${value ?? "another model"} from now on`,
};

const TELLERS: { readonly [O in Op]: Teller<O> } = {
  team: ({ team, goal }) => ({ type: "team.created", text: goal ?? team }),
  close: () => ({ type: "team.closed", text: "" }),
  join: ({ member, role, lead }) => ({
    type: "agent.joined",
    agent: member,
    text: lead === true ? "as the lead" : asRole(role),
  }),
  leave: ({ member, reason }) => ({ type: "agent.left", agent: member, text: reason ?? "" }),
  start: ({ member }) => ({ type: "agent.started", agent: member, text: "" }),
  end: ({ member, how, detail }) => ({ type: `agent.${how}`, agent: member, text: detail ?? "" }),
  lease: ({ pid }) => ({ type: "team.supervised", text: `pid ${pid}` }),
  lapse: () => ({ type: "team.unsupervised", text: "" }),
  stop: ({ member }) =>
    member === undefined
      ? { type: "team.stopping", text: "everybody is asked to end" }
      : { type: "agent.stopping", agent: member, text: "is asked to end" },
  control: ({ member, what, value }) => ({
    type: "agent.steered",
    agent: member,
    text: STEERED[what](value),
  }),
  backoff: ({ until }) => ({ type: "team.limited", text: `by the model's rate limit until ${until}` }),
  budget: (change) => ({
    type: "team.budget",
    ...(change.member === undefined ? {} : { agent: change.member }),
    text: changeText(change),
  }),
  spending: ({ member, percent, text }) => ({
    type: percent === 100 ? "team.budget_reached" : "team.budget_warning",
    ...(member === undefined ? {} : { agent: member }),
    text,
  }),
  report: ({ text }) => ({ type: "team.reported", text }),
  create: ({ task, subject, blockedBy = [] }) => ({
    type: "task.created",
    text: `#${task} ${subject}${blockedBy.length > 0 ? ` (after ${numbers(blockedBy)})` : ""}`,
  }),
  update: ({ task }, { subject }) => ({ type: "task.updated", text: subject(task) }),
  claim: ({ task }, { subject }) => ({ type: "task.claimed", text: subject(task) }),
  complete: ({ task, result }, { subject }) => ({
    type: "task.completed",
    text: withNote(subject(task), result),
  }),
  fail: ({ task, reason }, { subject }) => ({ type: "task.failed", text: withNote(subject(task), reason) }),
  release: ({ task, why, note }, { subject }) => ({
    type: "task.released",
    text: withNote(subject(task), why === "died" ? "its owner died" : note),
  }),
  reopen: ({ task, note }, { subject }) => ({ type: "task.reopened", text: withNote(subject(task), note) }),
  review: ({ task, verdict, note }, { subject }) => ({
    type: `task.${verdict}`,
    text: withNote(subject(task), note),
  }),
  block: ({ task, on }, { subject }) => ({
    type: "task.blocked",
    text: `${subject(task)} on ${numbers(on)}`,
  }),
  unblock: ({ task, on }, { subject }) => ({
    type: "task.unblocked",
    text: `${subject(task)} from ${numbers(on)}`,
  }),
  assign: ({ task, to }, { subject }) => ({
    type: "task.assigned",
    text: `${subject(task)} to ${to ?? "nobody"}`,
  }),
  delete: ({ task }, { subject }) => ({ type: "task.deleted", text: subject(task) }),
  note: ({ task, text }, { subject }) => ({ type: "task.noted", text: withNote(subject(task), text) }),
  ask: ({ id }, { question }) => ({ type: "approval.asked", text: question(id) }),
  answer: ({ ask, verdict, note }, { question }) => ({
    type: verdict === "allow" ? "approval.approved" : "approval.denied",
    text: withNote(question(ask), note),
  }),
  settle: ({ ask, how }, { question }) => ({ type: `approval.${how}`, text: question(ask) }),
};

/** An accepted entry, told with the subjects of `state`, which holds it already. */
export function entryItem(entry: Entry, state: TeamState): TimelineItem {
  const subject = (task: TaskId): string => `#${task} ${state.tasks.get(task)?.subject ?? ""}`.trimEnd();
  const question = (ask: EntryId): string => {
    const approval = state.approvals.get(ask);
    return approval === undefined ? ask : questionText(approval);
  };
  const { type, text, agent = entry.by } = told(entry.op, entry, { subject, question });
  const item: TimelineItem = { v: 1, id: entry.id, at: entry.at, type, agent, text };
  return "task" in entry && typeof entry.task === "string" ? { ...item, task: entry.task } : item;
}

/** Generic in the op, so that the compiler keeps each teller together with its entry. */
function told<O extends Op>(op: O, entry: { readonly [P in Op]: EntryOf<P> }[O], named: Named): Words {
  return TELLERS[op](entry, named);
}

/** One message, or the same message to several: `message.sent`, `message.system` for troupe's own word. */
export function messageItem(message: Message, text: string): TimelineItem {
  const { id, at, from, to, kind, task, re } = message;
  return {
    v: 1,
    id,
    at,
    type: kind === "system" ? "message.system" : "message.sent",
    agent: from,
    text,
    to: [to],
    ...(task === undefined ? {} : { task }),
    ...(re === undefined ? {} : { re }),
  };
}

/** `a_19 ada Bash: npm run build`, `a_20 bob plan 2: Parser`. */
function questionText(approval: Approval): string {
  const { kind, tool, by, summary } = approval;
  return `${handleOf(approval)} ${by} ${kind === "permission" ? (tool ?? kind) : kind}: ${summary}`;
}

function asRole(role: string | undefined): string {
  return role === undefined ? "" : `as ${role}`;
}

function withNote(subject: string, note: string | undefined): string {
  return note === undefined || note === "" ? subject : `${subject}: ${note}`;
}

function numbers(ids: readonly string[]): string {
  return ids.map((id) => `#${id}`).join(" ");
}
