import type { ErrorCode } from "../base/errors.ts";
import type { TaskId } from "../protocol/names.ts";
import { handleOf } from "./approvals.ts";
import type { Refusal, TaskStatus, TeamState, UnknownRecipient } from "./state.ts";

export interface RefusalText {
  /** One sentence without a full stop, for people and models. */
  readonly message: string;
  /** The command to type or the thing to do next. */
  readonly hint?: string;
  readonly code: ErrorCode;
}

type Kind = Refusal["kind"];
type Texts = {
  readonly [K in Kind]: (reason: Extract<Refusal, { kind: K }>, state: TeamState | undefined) => RefusalText;
};

const OVERVIEW = "troupe task list";
const QUESTIONS = "troupe approvals";

const texts: Texts = {
  no_team: () => ({ code: "team_not_found", message: "there is no team yet" }),
  team_exists: () => ({ code: "name_taken", message: "the journal has a team already" }),
  closed: () => ({ code: "team_not_found", message: "the team is closed; nothing was changed" }),
  not_found: ({ task }) => ({
    code: "task_not_found",
    message: `there is no task #${task}`,
    hint: OVERVIEW,
  }),
  number_taken: ({ task, next }) => ({
    code: "conflict",
    message: `task number ${task} is not the next one, which is ${next}`,
  }),
  missing: ({ tasks }) => ({
    code: "task_not_found",
    message: `no such task to wait for or to belong to: ${list(tasks)}`,
    hint: OVERVIEW,
  }),
  cycle: ({ through }) => ({
    code: "conflict",
    message: `a task would wait for itself: ${chain(through)}`,
  }),
  taken: ({ task, by }, state) => ({
    code: "task_taken",
    message: `task #${task} is already claimed by ${by}${since(state, task)}`,
    hint: `troupe task show ${task}, or take it over: troupe task assign ${task} --to me --force`,
  }),
  blocked: ({ task, by }, state) => ({
    code: "task_blocked",
    message: `task #${task} is blocked by ${by.map((id) => numbered(id) + doing(state, id)).join(" and ")}`,
    hint: "troupe task list --state claimable",
  }),
  held: ({ task, deaths }) => ({
    code: "task_blocked",
    message: `task #${task} is held: ${deaths} members died over it`,
    hint: `the lead or the user looks at it and reopens it: troupe task show ${task}`,
  }),
  assigned: ({ task, to }) => ({
    code: "task_taken",
    message: `task #${task} is reserved for ${to}`,
    hint: "troupe task list --state claimable",
  }),
  wrong_role: ({ task, role }) => ({
    code: "task_blocked",
    message: `task #${task} is for the role ${role} only`,
    hint: "troupe task list --state claimable",
  }),
  not_owner: ({ task, owner }) => ({
    code: "task_taken",
    message:
      owner === undefined
        ? `task #${task} is not claimed by anybody at the moment; nothing was changed`
        : `task #${task} belongs to ${owner} by now; nothing was changed`,
    hint: `troupe task show ${task}`,
  }),
  bad_status: ({ task, status }) => ({
    code: "conflict",
    message: `task #${task} is ${STATUS_WORDS[status]}`,
    hint: `troupe task show ${task}`,
  }),
  not_allowed: ({ who, what }) => ({ code: "denied", message: `${who} may not ${what}` }),
  unknown_member: ({ name, nearest }) => ({
    code: "agent_not_found",
    message: `no agent named "${name}"; nothing was changed`,
    hint: didYouMean(nearest),
  }),
  name_taken: ({ name }) => ({
    code: "name_taken",
    message: `the name ${name} is or was in use; names are not used again`,
    hint: `choose another one, for example ${name}-2`,
  }),
  supervised: ({ lease }) => ({
    code: "already_running",
    message: `the team is already run by process ${lease.pid} since ${lease.at}`,
    hint: "troupe status",
  }),
  open_tasks: ({ tasks }) => ({
    code: "conflict",
    message: `${tasks.length === 1 ? "a task is" : `${tasks.length} tasks are`} still open: ${list(tasks)}`,
    hint: OVERVIEW,
  }),
  led: ({ by }) => ({ code: "conflict", message: `the team has a lead already: ${by}` }),
  stale: ({ what, named }) => ({
    code: "conflict",
    message: `${named} is not the current ${what}; nothing was changed`,
  }),
  unknown_approval: ({ ask }) => ({
    code: "approval_not_found",
    message: `there is no question ${ask}, or it was settled long ago`,
    hint: QUESTIONS,
  }),
  already_answered: ({ number, answer: { by, at, verdict } }) => ({
    code: "already_answered",
    message: `${handleOf({ number })} is already ${verdict === "allow" ? "approved" : "denied"} by ${by} (${at.slice(11, 16)} UTC)`,
    hint: QUESTIONS,
  }),
  settled: ({ number, how }) => ({
    code: "conflict",
    message: `${handleOf({ number })} was ${how === "used" ? "used before" : "withdrawn: nobody waits for its answer any more"}`,
    hint: QUESTIONS,
  }),
  other_digest: ({ number }) => ({
    code: "conflict",
    message: `${handleOf({ number })} asks for something else than what was answered; nothing was changed`,
    hint: QUESTIONS,
  }),
  unanswered: ({ number }) => ({
    code: "conflict",
    message: `${handleOf({ number })} is not answered yet`,
    hint: QUESTIONS,
  }),
  plan_version: ({ task, next }) => ({
    code: "conflict",
    message: `the next plan for task #${task} is number ${next}`,
  }),
  vetoed: ({ why }) => ({ code: "policy", message: `refused: ${why}` }),
  no_news: () => ({ code: "usage", message: "no limit is given; nothing was changed" }),
  none_claimable: () => ({
    code: "conflict",
    message: "no task can be claimed at the moment",
    hint: OVERVIEW,
  }),
  unknown_recipients: ({ recipients }) => ({
    code: "agent_not_found",
    message: `${unknownAddresses(recipients.map(({ name }) => name))}; nothing was sent`,
    hint: didYouMean(nearestOf(recipients)),
  }),
  too_large: ({ bytes, limit }) => ({
    code: "usage",
    message: `the text has ${bytes} bytes, the limit is ${limit} (${limit / 1024 / 1024} MiB); nothing was sent`,
    hint: "put it into a file and send its path",
  }),
  empty: ({ what }) => ({
    code: "usage",
    message:
      what === "text" ? "the text is empty; nothing was sent" : "nobody would get it; nothing was sent",
  }),
  too_many: tooManyText,
};

type TooMany = Extract<Refusal, { kind: "too_many" }>;

/** For the sender, which keeps its text, and for whoever is told of it. */
function tooManyText({ what, limit, to = [], againInMs = 0 }: TooMany): RefusalText {
  const whom = firstOf(to);
  const soon = `go on with the work; in ${Math.ceil(againInMs / 1_000)} s one message may say all of it`;
  const work =
    "do what there is to do, or write what matters into the task; a word of the user lets the talk go on";
  switch (what) {
    case "pair":
      return limited(
        `${whom} had ${limit} messages within a minute from this sender; nothing was sent`,
        soon,
      );
    case "sender":
      return limited(`${limit} messages within a minute are the most for one member; nothing was sent`, soon);
    case "hops":
      return limited(
        `this answers an answer, ${limit} times over, with nothing done in between; nothing was sent`,
        work,
      );
    case "exchange":
      return limited(
        `${limit} messages went to and from ${whom} with nothing done in between; nothing was sent`,
        work,
      );
    case "broadcast":
      return limited(
        `the last message to several has not reached ${whom} yet; nothing was sent`,
        "wait with the next one, or write by name to whom it concerns",
      );
    case "unread":
      return limited(
        `${whom} has ${limit} unread messages from this sender, or 50 MB; nothing was sent`,
        "write no more there; tell the lead or the user what matters",
      );
    case "entries":
      return limited(
        `${limit} entries within a minute are the most for one member; nothing was changed`,
        soon.replace("message may say", "entry may hold"),
      );
    default:
      return what satisfies never;
  }
}

function limited(message: string, hint: string): RefusalText {
  return { code: "policy", message, hint };
}

function firstOf(all: readonly string[]): string {
  return all.length > 5 ? `${all.slice(0, 5).join(", ")} and ${all.length - 5} more` : all.join(", ");
}

const STATUS_WORDS: Readonly<Record<TaskStatus, string>> = {
  pending: "pending: nobody works on it",
  in_progress: "in progress",
  review: "done and waits for its review",
  completed: "completed; only the lead or the user reopens it",
  failed: "failed; only the lead or the user reopens it",
  deleted: "deleted",
};

/** Words for a refusal. With `state`, as the asker knows it, they also say who works on what since when. */
export function refusalText(reason: Refusal, state?: TeamState): RefusalText {
  return textOf(reason.kind, reason, state);
}

/** Generic in the kind, so that the compiler keeps each text together with its refusal. */
function textOf<K extends Kind>(
  kind: K,
  reason: { readonly [X in Kind]: Extract<Refusal, { kind: X }> }[K],
  state: TeamState | undefined,
): RefusalText {
  return texts[kind](reason, state);
}

function numbered(id: TaskId): string {
  return `#${id}`;
}

/** The way round; of a long one the beginning and the end. */
function chain(tasks: readonly TaskId[]): string {
  const shown = tasks.map(numbered);
  return (shown.length > 8 ? [...shown.slice(0, 4), "…", ...shown.slice(-3)] : shown).join(" waits for ");
}

function list(tasks: readonly TaskId[]): string {
  const shown = tasks.slice(0, 10).map(numbered).join(", ");
  return tasks.length > 10 ? `${shown} and ${tasks.length - 10} more` : shown;
}

/** Hours and minutes of the claim, UTC as everywhere on disk. */
function since(state: TeamState | undefined, id: TaskId): string {
  const task = state?.tasks.get(id);
  const time = task?.owner === undefined ? undefined : /T(\d\d:\d\d)/.exec(task.updatedAt)?.[1];
  return time === undefined ? "" : ` (last change ${time} UTC)`;
}

function doing(state: TeamState | undefined, id: TaskId): string {
  const task = state?.tasks.get(id);
  if (!task) return "";
  return task.owner === undefined ? ` (${task.status})` : ` (working, ${task.owner})`;
}

function nearestOf(recipients: readonly UnknownRecipient[]): readonly string[] {
  return [...new Set(recipients.flatMap(({ nearest }) => nearest))];
}

function didYouMean(nearest: readonly string[]): string {
  const all = "all names: troupe agent list";
  return nearest.length > 0 ? `did you mean ${nearest.join(" or ")}? ${all}` : all;
}

const ROLE = /^@?role:/i;

function unknownAddresses(addresses: readonly string[]): string {
  const names = addresses.filter((address) => !ROLE.test(address)).map((name) => `"${name}"`);
  const roles = addresses
    .filter((address) => ROLE.test(address))
    .map((role) => `"${role.replace(ROLE, "")}"`);
  return [
    ...(names.length > 0 ? [`no agent named ${names.join(", ")}`] : []),
    ...(roles.length > 0 ? [`nobody has the role ${roles.join(", ")}`] : []),
  ].join("; ");
}
