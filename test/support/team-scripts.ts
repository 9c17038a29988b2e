import * as fc from "fast-check";
import { Entry, type EntryDraft } from "../../src/protocol/entries.ts";
import { type Actor, type EntryId, MemberName, type Party } from "../../src/protocol/names.ts";
import { accept } from "../../src/team/accept.ts";
import type { Fold } from "../../src/team/fold.ts";
import type { Task, TeamFacts, TeamState } from "../../src/team/state.ts";
import { ada, bob, cyd, engineer, entryId, id, instance, reviewer, teamEntry } from "./team-entries.ts";

/** One step of a random life of a team; which claim it names is chosen when it is carried out. */
export interface Step {
  readonly op: EntryDraft["op"];
  readonly by: Actor;
  readonly task: number;
  readonly other: number;
  readonly member: MemberName;
  readonly claim: "current" | "old";
  readonly flag: boolean;
}

const TASKS = 6;
const dan = MemberName.parse("dan");
const members = [ada, bob, cyd, dan];
// Common acts are likelier than the end of the team, or nothing would happen behind it.
const ops: readonly EntryDraft["op"][] = [
  ...Array<"claim">(8).fill("claim"),
  ...Array<"create">(5).fill("create"),
  ...Array<"complete">(4).fill("complete"),
  ...Array<"release">(4).fill("release"),
  ...(["block", "block", "block", "unblock", "reopen", "reopen", "fail", "review", "review"] as const),
  ...(["assign", "assign", "delete", "update", "note", "join", "leave", "start", "end", "stop"] as const),
  ...(["lease", "lapse", "report", "close", "control", "backoff"] as const),
  ...(["ask", "ask", "ask", "answer", "answer", "settle", "settle", "reopen", "reopen"] as const),
];

// Without bias: it prefers equal values, and most of their acts would be refused.
export const steps: fc.Arbitrary<readonly Step[]> = fc.noBias(
  fc.array(
    fc.record({
      op: fc.constantFrom(...ops),
      by: fc.constantFrom<Actor>(...members, "user", "system"),
      task: fc.integer({ min: 1, max: TASKS }),
      other: fc.integer({ min: 1, max: TASKS }),
      member: fc.constantFrom(...members),
      claim: fc.constantFrom("current", "current", "current", "old"),
      flag: fc.boolean(),
    }),
    { minLength: 10, maxLength: 70, size: "max" },
  ),
);

/** The beginning of each random life: ada leads, bob and cyd work, and there are three tasks. */
export function opening(review: boolean): readonly Entry[] {
  const join = { op: "join", by: "user", backend: "hand", definition: {} } as const;
  const drafts: readonly EntryDraft[] = [
    { ...join, member: ada, lead: true },
    { ...join, member: bob, role: engineer },
    { ...join, member: cyd, role: reviewer },
    ...[1, 2, 3].map((task): EntryDraft => ({ op: "create", by: ada, task: id(task), subject: "Work" })),
  ];
  return [teamEntry({ review }), ...drafts.map((draft, index) => entryOf(draft, index + 1))];
}

export function entryOf(draft: EntryDraft, counter: number): Entry {
  return Entry.parse({ ...draft, v: 1, id: entryId("random", counter), at: "2026-11-20T12:00:00.000Z" });
}

const STEERS = ["interrupt", "pause", "resume", "model", "mode", "compact"] as const;

/** The entry that a step is at this point. `claims`: all ids that were ever a claim of a task. */
export function draftOf(step: Step, { state }: Fold, claims: readonly EntryId[]): EntryDraft {
  const { op, by, member, flag } = step;
  const task = id(step.task);
  const claim = claimFor(step, state.tasks.get(task), claims);
  const lease = leaseOf(state.team);
  const owner = ownerOr(by, state.tasks.get(task));
  const life = instance(`life${step.other}`);
  const { id: question, by: asker } = someApproval(step, state);
  const drafts: Record<EntryDraft["op"], EntryDraft> = {
    team: { op: "close", by },
    close: rarely(step, { op: "close", by }),
    join: { op: "join", by, member, lead: flag, backend: "child", definition: {} },
    leave: rarely(step, { op: "leave", by, member }),
    start: { op: "start", by, member, instance: life },
    end: { op: "end", by, member, instance: life, how: "died" },
    lease: { op: "lease", by, instance: life, pid: 7, ...(flag && { replaces: lease }) },
    lapse: { op: "lapse", by, lease },
    stop: { op: "stop", by, ...(flag && { member }) },
    control: {
      op: "control",
      by,
      member,
      what: STEERS[step.other % STEERS.length] ?? "pause",
      value: "opus",
    },
    budget: budgetOf(step),
    spending: spendingOf(step),
    report: { op: "report", by, text: "done" },
    backoff: { op: "backoff", by, key: String(step.other).repeat(16), until: "2026-11-20T12:00:09.000Z" },
    create: newTask(step, state.tasks.size),
    update: { op: "update", by, task, priority: step.other - 3, role: flag ? reviewer : null },
    claim: { op: "claim", by, task },
    complete: { op: "complete", by: step.other === 1 ? by : owner, task, claim, result: "ok" },
    fail: { op: "fail", by: owner, task, claim, reason: "no" },
    release: { op: "release", by, task, claim, why: flag ? "died" : "given_back" },
    reopen: { op: "reopen", by: flag ? "user" : by, task },
    review: { op: "review", by, task, verdict: flag ? "passed" : "returned" },
    block: { op: "block", by, task, on: [id(step.other)] },
    unblock: { op: "unblock", by, task, on: [id(step.other)] },
    assign: { op: "assign", by, task, to: flag ? member : null, force: step.other === 1 },
    delete: { op: "delete", by, task, force: flag },
    note: { op: "note", by, task, text: "hm" },
    ask: askOf(step, state),
    answer: answerOf(step, state),
    settle: { op: "settle", by: asker, ask: question, how: flag ? "used" : "withdrawn" },
  };
  return drafts[op];
}

function budgetOf({ by, member, other, flag }: Step): EntryDraft {
  const whose = other === 1 ? {} : { member };
  return { op: "budget", by: flag ? "user" : by, ...whose, usd: other === 2 ? null : other + 1 };
}

function spendingOf({ by, member, other, flag }: Step): EntryDraft {
  const whose = other === 1 ? {} : { member };
  return { op: "spending", by: flag ? member : by, ...whose, percent: flag ? 80 : 100, text: "$4 of $5" };
}

/** A question that is there, most of the time an unsettled one. */
function someApproval({ other, by }: Step, state: TeamState): { id: EntryId; by: Actor; digest: string } {
  const all = [...state.approvals.values()];
  const unsettled = all.filter(({ settled }) => !settled);
  const some = other === 1 || unsettled.length === 0 ? all : unsettled;
  return some[other % some.length] ?? { id: entryId("nobody", 1), by, digest: "0".repeat(64) };
}

function askOf(step: Step, state: TeamState): EntryDraft {
  const { by, other, flag } = step;
  const task = id(step.task);
  const known = state.tasks.get(task);
  const base = { op: "ask", task, summary: "may I?", digest: String(other).repeat(64) } as const;
  if (!flag) return { ...base, by, kind: "permission", tool: "Bash", input: { command: "make" } };
  const version = (known?.plan?.version ?? 0) + (other === 1 ? 2 : 1);
  return { ...base, by: ownerOr(by, known), kind: "plan", plan: { version, text: "a plan", files: [] } };
}

function answerOf(step: Step, state: TeamState): EntryDraft {
  const { by, other, flag } = step;
  const { id: ask, digest } = someApproval(step, state);
  const who = other > 2 ? "user" : by;
  return { op: "answer", by: who, ask, digest, verdict: flag ? "allow" : "deny" };
}

function leaseOf(team: TeamFacts | undefined): EntryId {
  return team?.lease?.id ?? entryId("nobody", 1);
}

/** Hardly anything counts behind the end of the team, or once everybody has left. */
function rarely({ by, task, other, flag }: Step, draft: EntryDraft): EntryDraft {
  return other === 1 && flag ? draft : { op: "note", by, task: id(task), text: "not yet" };
}

/** Members act on their own tasks most of the time, or hardly anything would ever be completed. */
function ownerOr(by: Actor, task: Task | undefined): Actor {
  return task?.owner ?? by;
}

function claimFor(step: Step, task: Task | undefined, claims: readonly EntryId[]): EntryId {
  const old = claims[step.other % Math.max(1, claims.length)] ?? entryId("nobody", 1);
  return step.claim === "current" ? (task?.claim ?? old) : old;
}

function newTask({ by, task, other, member, flag }: Step, count: number): EntryDraft {
  // The other steps speak about the first ones only.
  if (count >= TASKS) return { op: "claim", by, task: id(task) };
  return {
    op: "create",
    by,
    task: other === TASKS ? id(task) : id(count + 1),
    subject: "Work",
    priority: other % 3,
    ...(flag && count >= other && { blockedBy: [id(other)] }),
    ...(other === 1 && { role: engineer }),
    ...(other === 2 && { assignee: member }),
  };
}

/** What `by` may claim, in the order of preference, found by asking the rules about every task. */
export function slowCandidates({ state }: Fold, by: Party): readonly string[] {
  const claimable = [...state.tasks.values()].filter(
    (task) => accept(state, entryOf({ op: "claim", by, task: task.id }, 1_000_000)).ok,
  );
  const groups: readonly ((task: Task) => boolean)[] = [
    ({ assignee }) => assignee !== undefined,
    ({ assignee, previousOwner }) => assignee === undefined && previousOwner === by,
    ({ assignee, previousOwner }) => assignee === undefined && previousOwner !== by,
  ];
  return groups.flatMap((isIn) =>
    claimable
      .filter(isIn)
      .toSorted((one, other) => other.priority - one.priority || Number(one.id) - Number(other.id))
      .map((task) => task.id),
  );
}

/** True when some task waits for itself; deleted tasks wait for nobody. */
export function hasCircle({ state }: Fold): boolean {
  const done = new Set<string>();
  const under = new Set<string>();
  function visit(task: Task): boolean {
    if (task.status === "deleted" || done.has(task.id)) return false;
    if (under.has(task.id)) return true;
    under.add(task.id);
    const found = task.blockedBy.some((blocker) => {
      const next = state.tasks.get(blocker);
      return next !== undefined && visit(next);
    });
    under.delete(task.id);
    done.add(task.id);
    return found;
  }
  return [...state.tasks.values()].some(visit);
}
