import { z } from "zod";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const RULE = "letters, digits, - and _, at most 64, a letter or digit first";
/** Words with a meaning of their own; `team-lead` is the lead at the border. */
const RESERVED: ReadonlySet<string> = new Set(["user", "all", "system", "main", "team-lead"]);
/** Windows opens devices under these names, whatever the ending. */
const DEVICE = /^(con|aux|nul|prn|com\d|lpt\d)$/i;

/** A team's name: a folder name. `session-…` folders belong to Claude Code's own lead, which removes them. */
export const TeamName = z
  .string()
  .regex(NAME, `a team name has ${RULE}`)
  .refine((name) => !DEVICE.test(name), "this name is a device on Windows")
  .refine(
    (name) => !/^session-/i.test(name),
    "names that begin with session- belong to Claude Code's own sessions",
  )
  .brand<"TeamName">();
export type TeamName = z.infer<typeof TeamName>;

/** A member's name: a folder name and an address. Compared without case. */
export const MemberName = z
  .string()
  .regex(NAME, `a member name has ${RULE}`)
  .refine(
    (name) => !RESERVED.has(name.toLowerCase()),
    "this name is reserved: user, all, system, main, team-lead",
  )
  .refine((name) => !DEVICE.test(name), "this name is a device on Windows")
  .brand<"MemberName">();
export type MemberName = z.infer<typeof MemberName>;

/** Whoever has a mailbox and may own a task: a member or the person. */
export const Party = z.union([z.literal("user"), MemberName]);
export type Party = z.infer<typeof Party>;

/** Whoever may append an entry: a party, or troupe itself (supervisor, sweep). */
export const Actor = z.union([z.literal("user"), z.literal("system"), MemberName]);
export type Actor = z.infer<typeof Actor>;

/** A role is a filter on tasks and an address (`@role:reviewer`); compared without case. */
export const Role = z.string().regex(NAME, `a role has ${RULE}`).brand<"Role">();
export type Role = z.infer<typeof Role>;

/** Small decimal numbers without gaps, in text. */
export const TaskId = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "a task id is a number from 1")
  .brand<"TaskId">();
export type TaskId = z.infer<typeof TaskId>;

/** One process life: a nanoid. */
export const InstanceId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{5,31}$/, "an instance id has 6 to 32 letters, digits, - and _")
  .brand<"InstanceId">();
export type InstanceId = z.infer<typeof InstanceId>;

/** One run of a subagent: a nanoid. */
export const SubagentId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{5,31}$/, "the id of a subagent has 6 to 32 letters, digits, - and _")
  .brand<"SubagentId">();
export type SubagentId = z.infer<typeof SubagentId>;

/** `<instance>.<counter>`: one number per instance is enough to know every id that was folded. Messages have such ids too. */
export const EntryId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{5,31}\.[1-9]\d{0,14}$/, "an entry id is <instance>.<counter>")
  .brand<"EntryId">();
export type EntryId = z.infer<typeof EntryId>;

/** Where an entry stands in its log. Opaque outside `store/`; comes from there or from a file that it checks. */
export const Position = z.string().max(64).brand<"Position">();
export type Position = z.infer<typeof Position>;

/** Names are one when they differ in case only: some file systems make one file of them. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
