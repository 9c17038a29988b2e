import { z } from "zod";
import { EntryId, InstanceId, MemberName } from "./names.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/, "a sha256 has 64 hex digits");
const Word = z.string().max(2_000);

/** Where a chain ends: the number of its last entry and that entry's hash. */
export const AuditHead = z.looseObject({ member: MemberName, seq: z.int().positive(), hash: Hash });
export type AuditHead = z.infer<typeof AuditHead>;

/**
 * A line of `agents/<name>/audit.jsonl`: one decision, or one thing that happened to the log itself. Hashes and short
 * words, never the values. Source: security.md §10.
 */
export const AuditEntry = z.looseObject({
  v: z.literal(1),
  id: EntryId,
  /** From 1, without gaps, over all lives of the member. */
  seq: z.int().positive(),
  /** ISO time of the writer's clock. */
  t: Word,
  agent: MemberName,
  instance: InstanceId,
  /** What was decided; `opened` and `closed` (a life), `anchor`, `recovered`: the log's own. */
  kind: Word,
  tool: Word.nullable(),
  /** sha256 of tool, NUL and the JSON of the input. */
  argsHash: Hash.nullable(),
  decision: Word,
  rule: Word.nullable(),
  actor: Word,
  resultHash: Hash.optional(),
  /** Id of the sub-agent that asked. */
  sub: Word.optional(),
  /** `anchor`: the end of another member's chain, as this process saw it. */
  of: AuditHead.optional(),
  /** `recovered`: bytes in front of this entry that are no entry, because their writer died or the disk was full. */
  torn: z.int().optional(),
  /** Hash of the entry before; of the team and the member for the first. */
  prev: Hash,
  /** sha256 of `prev` and `canonicalJson` of the entry without this key. */
  hash: Hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The JSON text of a value that does not depend on the order of its keys: sorted by code units, nothing between. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${members.join(",")}}`;
}
