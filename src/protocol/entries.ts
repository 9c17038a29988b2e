import { z } from "zod";
import { Budget, BudgetChange } from "./budget.ts";
import { LooseMcpServers } from "./mcp-servers.ts";
import { Actor, EntryId, InstanceId, MemberName, Party, Role, TaskId, TeamName } from "./names.ts";
import { ApprovalKind, Digest, PermissionMode, Plan } from "./permissions.ts";

/** The version of journal entries, messages and the fold's rules that this program writes and understands. */
export const FORMAT_VERSION = 1;

const Subject = z.string().trim().min(1, "a task needs a subject").max(300);
const Description = z.string().max(64 * 1024);
const Note = z
  .string()
  .trim()
  .min(1)
  .max(16 * 1024);
const Priority = z.int().min(-1000).max(1000);

/** What a member is started with; kept in the journal, so that a team resumes from it alone. */
export const MemberDefinition = z.looseObject({
  model: z.string().min(1).max(200).optional(),
  prompt: z
    .string()
    .max(64 * 1024)
    .optional(),
  /** Tools the member has at all; absent = all but Bash. Bash only when it is named. */
  tools: z.array(z.string().max(200)).max(200).optional(),
  /** The member's working folder, absolute; absent = the team's. */
  dir: z.string().max(4096).optional(),
  permissionMode: PermissionMode.optional(),
  /** Reads only, until the plan for its task is approved. */
  plan: z.boolean().optional(),
  /** `fresh`: it begins a new conversation with each task it claims, and whenever one is full; its notes go along. */
  session: z.literal("fresh").optional(),
  /** Its own limits, beside the team's. */
  budget: Budget.optional(),
  /** It begins with the conversation that `from` had up to the entry `upTo` of its transcript. */
  fork: z.looseObject({ from: MemberName, upTo: EntryId, at: z.string().max(40) }).optional(),
  /** Connectors of its own, as in `.mcp.json`; `${VAR}` stays as it is written. */
  mcpServers: LooseMcpServers.optional(),
});
export type MemberDefinition = z.infer<typeof MemberDefinition>;

/** Bounds of the subagents of every member; a definition of an agent may only be narrower. */
export const SubagentSettings = z.looseObject({
  /** Of one member at the same time. */
  atOnce: z.int().min(1).max(64).optional(),
  /** Model calls of one. */
  turns: z.int().min(1).max(10_000).optional(),
  /** Tokens of one, without what is read from a cache. */
  tokens: z.int().min(1).max(1_000_000_000).optional(),
});

/** What has to pass before a task of a member counts as done: a line of bash in the member's folder, and its limit in seconds. */
export const VerifySettings = z.object({
  command: z.string().trim().min(1).max(4096),
  timeout: z.int().min(1).max(86_400).optional(),
});
export type VerifySettings = z.infer<typeof VerifySettings>;

/** Settings of a team, from `team.json`. */
export const TeamSettings = z.looseObject({
  /** A completed task waits in `review` until somebody other than its worker passes it. */
  review: z.boolean().optional(),
  durability: z.enum(["default", "power"]).optional(),
  /** `lead`: plans of other members may be answered by the lead too, not by the user only. */
  planApproval: z.enum(["user", "lead"]).optional(),
  subagents: SubagentSettings.optional(),
  verify: VerifySettings.optional(),
  budget: Budget.optional(),
  /** Connectors of every member. */
  mcpServers: LooseMcpServers.optional(),
});
export type TeamSettings = z.infer<typeof TeamSettings>;

const head = {
  /** `FORMAT_VERSION` of the writer. */
  v: z.literal(FORMAT_VERSION),
  id: EntryId,
  /** The writer's clock, ISO 8601 UTC, for people: no rule reads it. */
  at: z.string().max(40),
  by: Actor,
};
const task = { ...head, task: TaskId };
/** What only the task's current owner may append: void when `claim` is no longer the task's current claim. */
const owned = { ...task, claim: EntryId };

const schemas = {
  /** The first entry of every journal. `instance` tells a team from a later one of the same name. */
  team: z.looseObject({
    op: z.literal("team"),
    ...head,
    team: TeamName,
    instance: InstanceId,
    dir: z.string().max(4096),
    goal: z
      .string()
      .max(64 * 1024)
      .optional(),
    settings: TeamSettings,
  }),
  /** The team is being deleted: nothing behind it counts. */
  close: z.looseObject({ op: z.literal("close"), ...head }),
  join: z.looseObject({
    op: z.literal("join"),
    ...head,
    member: MemberName,
    role: Role.optional(),
    lead: z.boolean().optional(),
    backend: z.enum(["child", "hand"]),
    definition: MemberDefinition,
  }),
  leave: z.looseObject({
    op: z.literal("leave"),
    ...head,
    member: MemberName,
    reason: z.string().max(1000).optional(),
  }),
  /** A process of the member begins its life; appended before it is started. */
  start: z.looseObject({ op: z.literal("start"), ...head, member: MemberName, instance: InstanceId }),
  /** That process has ended, or never came up (`failed`). */
  end: z.looseObject({
    op: z.literal("end"),
    ...head,
    member: MemberName,
    instance: InstanceId,
    how: z.enum(["stopped", "died", "failed"]),
    detail: z.string().max(1000).optional(),
  }),
  /** Somebody supervises the team. Accepted when nobody does, or when `replaces` names the lease of a dead one (the evidence is the appender's). Ends a `stop` of the whole team. */
  lease: z.looseObject({
    op: z.literal("lease"),
    ...head,
    instance: InstanceId,
    pid: z.int().positive(),
    replaces: EntryId.optional(),
    /** The team runs without a person: what is asked is denied after so many milliseconds. Absent: it waits. */
    answerWithinMs: z.int().nonnegative().optional(),
    /** With `replaces`: the last sign of life of what ran before, ISO 8601 UTC. The time from then on does not count as running. */
    seen: z.string().max(40).optional(),
  }),
  lapse: z.looseObject({ op: z.literal("lapse"), ...head, lease: EntryId }),
  /** The member, or everybody when absent, is asked to end in good order. */
  stop: z.looseObject({ op: z.literal("stop"), ...head, member: MemberName.optional() }),
  /**
   * Steers a member's process by an entry and not by words: it works however full the member's context is. interrupt:
   * the running turn ends at once. pause, resume: at the next tool boundary, and over restarts. model: from the next
   * turn on. mode: at once, by the user alone. compact: its conversation is replaced by a summary before the next model call, at once when it is idle.
   */
  control: z.looseObject({
    op: z.literal("control"),
    ...head,
    member: MemberName,
    what: z.enum(["interrupt", "pause", "resume", "model", "mode", "compact"]),
    /** Name of the model, or the permission mode. */
    value: z.string().trim().min(1).max(200).optional(),
  }),
  /** The limits from now on, of the team or of one member, by the user alone. What is absent stays as it is, null takes a limit away. */
  budget: z.looseObject({ op: z.literal("budget"), ...head, member: MemberName.optional(), ...BudgetChange }),
  /** So much of the limits that hold now is used. The first one that says so counts: its writer tells people. */
  spending: z.looseObject({
    op: z.literal("spending"),
    ...head,
    member: MemberName.optional(),
    percent: z.union([z.literal(80), z.literal(100)]),
    /** For people: `$4.02 of $5.00`. */
    text: z.string().max(200),
  }),
  /** The lead says that the goal is reached, or why not. Void while tasks are open. */
  report: z.looseObject({
    op: z.literal("report"),
    ...head,
    text: z
      .string()
      .trim()
      .min(1)
      .max(64 * 1024),
  }),
  /**
   * The model server lets nothing through with this key before `until` (ISO time): everybody waits who uses it. Advice of
   * the writer's clock, no rule reads it. `key`: 16 hex digits of sha256 of base URL, NUL, key.
   */
  backoff: z.looseObject({
    op: z.literal("backoff"),
    ...head,
    key: z.string().regex(/^[0-9a-f]{16}$/),
    until: z.string().max(40),
  }),
  create: z.looseObject({
    op: z.literal("create"),
    ...task,
    subject: Subject,
    description: Description.optional(),
    activeForm: z.string().max(300).optional(),
    role: Role.optional(),
    priority: Priority.optional(),
    blockedBy: z.array(TaskId).max(1000).optional(),
    parent: TaskId.optional(),
    assignee: MemberName.optional(),
    /** Has to pass besides the team's before the task counts as done. A model's is run only as far as its runner may run it. */
    verify: VerifySettings.optional(),
  }),
  /** null takes a value away. `verify`: the user's word is changed by the user alone, everybody else's by the lead too. */
  update: z.looseObject({
    op: z.literal("update"),
    ...task,
    subject: Subject.optional(),
    description: Description.optional(),
    activeForm: z.string().max(300).nullish(),
    role: Role.nullish(),
    priority: Priority.optional(),
    parent: TaskId.nullish(),
    verify: VerifySettings.nullish(),
  }),
  claim: z.looseObject({ op: z.literal("claim"), ...task }),
  complete: z.looseObject({
    op: z.literal("complete"),
    ...owned,
    result: Description.optional(),
    /** Commands that passed before: the evidence. */
    verified: z.array(z.string().max(4096)).max(8).optional(),
  }),
  fail: z.looseObject({ op: z.literal("fail"), ...owned, reason: Note }),
  /** `died`: the appender has proof that the owner's process is gone; counts towards `held`. */
  release: z.looseObject({
    op: z.literal("release"),
    ...owned,
    why: z.enum(["given_back", "stopped", "died"]),
    note: Note.optional(),
  }),
  /** By the lead or the user: done, failed, in review or held becomes pending again; deaths start from 0. */
  reopen: z.looseObject({ op: z.literal("reopen"), ...task, note: Note.optional() }),
  /** A verdict on a task in `review`, by anybody but its worker. */
  review: z.looseObject({
    op: z.literal("review"),
    ...task,
    verdict: z.enum(["passed", "returned"]),
    note: Note.optional(),
  }),
  block: z.looseObject({ op: z.literal("block"), ...task, on: z.array(TaskId).min(1).max(1000) }),
  unblock: z.looseObject({ op: z.literal("unblock"), ...task, on: z.array(TaskId).min(1).max(1000) }),
  /** Reserves a task for a member; null frees it. `force` (the user only) ends the claim of whoever has it. */
  assign: z.looseObject({
    op: z.literal("assign"),
    ...task,
    to: Party.nullable(),
    force: z.boolean().optional(),
  }),
  delete: z.looseObject({ op: z.literal("delete"), ...task, force: z.boolean().optional() }),
  note: z.looseObject({ op: z.literal("note"), ...task, text: Note }),
  /** A member asks a person. `digest`: SHA-256 of `tool + "\0" + JSON(input)`; only what it covers is done. */
  ask: z.looseObject({
    op: z.literal("ask"),
    ...head,
    kind: ApprovalKind,
    task: TaskId.optional(),
    tool: z.string().max(200).optional(),
    /** At most 16 KiB of JSON; a larger one lies in `bodies/` under the name `body`. */
    input: z.unknown().optional(),
    body: Digest.optional(),
    digest: Digest,
    /** Of the input or the plan as it stands here, when secrets in it were hidden: what an answer has to name then. */
    shown: Digest.optional(),
    /** One line for people: the command, the subject. */
    summary: z.string().max(2000),
    /** Why it has to be asked. */
    reason: z.string().max(4000).optional(),
    /** The permission rule that "always" would add; absent = it can be allowed this once only. */
    rule: z
      .string()
      .max(16 * 1024)
      .optional(),
    plan: Plan.optional(),
    /** The sub-agent that wants it. */
    sub: z.string().max(200).optional(),
  }),
  /** The first one that is accepted counts. By the user; of plans also by the lead when `planApproval` is "lead". */
  answer: z.looseObject({
    op: z.literal("answer"),
    ...head,
    ask: EntryId,
    verdict: z.enum(["allow", "deny"]),
    /** Of what was shown to whoever answers. */
    digest: Digest,
    note: Note.optional(),
    /** The permission rule that is to be kept. */
    always: z
      .string()
      .max(16 * 1024)
      .optional(),
    mode: PermissionMode.optional(),
  }),
  /** used: by the asker, before it does what was allowed. withdrawn: nobody waits for the answer any more. */
  settle: z.looseObject({
    op: z.literal("settle"),
    ...head,
    ask: EntryId,
    how: z.enum(["used", "withdrawn"]),
  }),
};

/** One line of the journal. Loose: unknown fields of a known version are kept and ignored. */
export const Entry = z.discriminatedUnion("op", [
  schemas.team,
  schemas.close,
  schemas.join,
  schemas.leave,
  schemas.start,
  schemas.end,
  schemas.lease,
  schemas.lapse,
  schemas.stop,
  schemas.control,
  schemas.budget,
  schemas.spending,
  schemas.report,
  schemas.backoff,
  schemas.create,
  schemas.update,
  schemas.claim,
  schemas.complete,
  schemas.fail,
  schemas.release,
  schemas.reopen,
  schemas.review,
  schemas.block,
  schemas.unblock,
  schemas.assign,
  schemas.delete,
  schemas.note,
  schemas.ask,
  schemas.answer,
  schemas.settle,
]);
export type Entry = z.infer<typeof Entry>;
export type Op = Entry["op"];
export type EntryOf<O extends Op> = Extract<Entry, { op: O }>;

/** The named fields alone: a loose object's index signature would let any misspelled field pass. */
type Draft<E> = {
  [K in keyof E as string extends K ? never : K extends "v" | "id" | "at" ? never : K]: E[K];
};
/** An entry before `commit` gives it version, id and time. */
export type EntryDraft = { [O in Op]: Draft<EntryOf<O>> }[Op];
