import { z } from "zod";
import { EntryId, InstanceId, MemberName, Position, TaskId } from "./names.ts";

/** A place in a log that can be checked: `id` is the id of the last entry in front of `position`, null at the start. */
export const Mark = z.looseObject({ position: Position, id: EntryId.nullable() });
export type Mark = z.infer<typeof Mark>;

/**
 * `mail/<name>/cursor.json`: `delivered` = in the agent's transcript, `read` = the model call that carried it was accepted.
 * `held`: whose messages wait because they were too many, and when the last of theirs were let through, in ms. Neither
 * mark passes a message that waits.
 */
export const Cursor = z.looseObject({
  v: z.literal(1),
  delivered: Mark,
  read: Mark,
  held: z.record(z.string(), z.array(z.number())).optional(),
});
export type Cursor = z.infer<typeof Cursor>;

/** Which process, so that a number used again is never taken for it. Source: proc(5), namespaces(7). */
export const ProcessIdentity = z.looseObject({
  pid: z.int().positive(),
  /** Clock ticks since boot at which it started: field 22 of /proc/<pid>/stat. Elsewhere the text of `ps -o lstart=`. */
  startTime: z.string().max(100),
  bootId: z.string().max(100),
  /** Inode of the pid namespace, as text; "" where there is none. */
  pidNs: z.string().max(100),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** Tokens of one or many model calls. `costUsd` is null when the price of a model is not known. */
export const Usage = z.looseObject({
  input: z.int().nonnegative(),
  output: z.int().nonnegative(),
  cacheRead: z.int().nonnegative(),
  cacheWrite: z.int().nonnegative(),
  costUsd: z.number().nonnegative().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** `agents/<name>/run.json` (and `supervisor/run.json`): who lives this life now. Written by that process alone. */
export const RunFile = z.looseObject({
  v: z.literal(1),
  ...ProcessIdentity.shape,
  instance: InstanceId,
  member: MemberName.nullable(),
  /** troupe's version. */
  version: z.string().max(40),
  startedAt: z.string().max(40),
  /** ISO time of the last sign of life, each 10 s. */
  beat: z.string().max(40),
  /** awaiting: in the middle of a turn, and a person is asked. */
  status: z.enum(["starting", "working", "awaiting", "idle", "paused", "stopping"]),
  /** With `awaiting`: what is asked for. With `paused`: `budget` when there is none left. */
  waitingFor: z.enum(["permission", "plan", "budget"]).nullish(),
  /** The rate limit of its model lets nothing through before this ISO time. */
  waitsUntil: z.string().max(40).nullish(),
  since: z.string().max(40),
  task: TaskId.nullable(),
  model: z.string().nullable(),
  usage: Usage,
  /** Tokens of the last request and the model's limit, when known. */
  context: z.looseObject({ used: z.int().nonnegative(), max: z.int().positive().nullable() }),
});
export type RunFile = z.infer<typeof RunFile>;
