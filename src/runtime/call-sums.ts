import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isErrno } from "../base/errors.ts";
import type { MemberName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import { decodeLine } from "../store/line-codec.ts";
import type { Team } from "../team/team.ts";
import { configFolder } from "./config-folder.ts";
import { callsOf, type UsageEvent } from "./cost.ts";
import { guardedCost, PRICES_AS_OF } from "./prices.ts";

/**
 * All model calls of a member up to this one, over all its lives. It stands beside each call in its event log, so that the
 * last one tells the whole and nobody has to read what stands in front of it.
 */
export const CallSum = z.object({
  usd: z.number().nonnegative(),
  tokens: z.number().nonnegative(),
  turns: z.number().nonnegative(),
  /** Of the table by which `usd` was priced: with another one the calls are priced again. */
  asOf: z.string(),
});
export type CallSum = z.infer<typeof CallSum>;

const NO_CALLS: CallSum = { usd: 0, tokens: 0, turns: 0, asOf: PRICES_AS_OF };

/** With one call more. */
export function withCall(sum: CallSum, { model, usage }: Pick<UsageEvent, "model" | "usage">): CallSum {
  return {
    usd: sum.usd + guardedCost(model, usage),
    tokens: sum.tokens + usage.input + usage.cacheWrite + usage.output,
    turns: sum.turns + 1,
    asOf: sum.asOf,
  };
}

/** Follows the sums of members. */
export interface CallSums {
  /** Up to the last call that stands in its log. Throws what reading the log throws. */
  readonly of: (member: MemberName) => Promise<CallSum>;
}

/** Looks at what was appended since the last time only, and of that at the end. */
export function followCallSums(team: Team): CallSums {
  const seen = new Map<string, Seen>();
  return {
    of: async (member) => {
      const path = eventsPath(team, member);
      const next = look(path, seen.get(path));
      if (next === undefined) return NO_CALLS;
      // A log of an earlier version has none, and one that was priced by another table is priced anew.
      const isOld = next.sum?.asOf !== PRICES_AS_OF && !next.isScanned;
      const now = isOld ? { ...next, sum: await scanned(team, member), isScanned: true } : next;
      seen.set(path, now);
      return now.sum ?? NO_CALLS;
    },
  };
}

/** What is known of a log. */
interface Seen {
  readonly inode: number;
  readonly size: number;
  /** Behind the last whole line. */
  readonly end: number;
  readonly sum: CallSum | undefined;
  /** Every call in front of `end` was looked at. */
  readonly isScanned: boolean;
}

const UNSEEN: Seen = { inode: 0, size: 0, end: 0, sum: undefined, isScanned: false };

function eventsPath({ host, name }: Pick<Team, "host" | "name">, member: MemberName): string {
  return join(teamPaths(configFolder(host), name).agent(member), "events.jsonl");
}

/** Undefined: there is no log. */
function look(path: string, before: Seen | undefined): Seen | undefined {
  const file = opened(path);
  if (file === undefined) return undefined;
  try {
    const { ino, size } = fstatSync(file);
    const known = before?.inode === ino && before.size <= size ? before : UNSEEN;
    if (known.size === size) return known;
    const { sum, end } = lastSum(file, known.end, size);
    if (sum === undefined) return { ...known, inode: ino, size, end };
    return { inode: ino, size, end, sum, isScanned: false };
  } finally {
    closeSync(file);
  }
}

/** Undefined: a member that never lived has none. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

const NEEDLE = '"sum":{"usd":';
const NEWLINE = 10;
const FIRST_BYTES = 64 * 1024;

/** Of the last whole line between `from` and `size` that has one, read from the end on in parts that grow. */
function lastSum(
  file: number,
  from: number,
  size: number,
): { readonly sum: CallSum | undefined; readonly end: number } {
  for (let wanted = FIRST_BYTES; ; wanted *= 8) {
    const start = Math.max(from, size - wanted);
    const bytes = Buffer.alloc(size - start);
    const length = readSync(file, bytes, 0, bytes.length, start);
    const part = bytes.subarray(0, length);
    const sum = sumIn(part);
    const newline = part.lastIndexOf(NEWLINE);
    if (sum !== undefined || start === from) return { sum, end: newline === -1 ? from : start + newline + 1 };
  }
}

/** A line whose beginning is not in `bytes` does not decode, and is found in a larger part. */
function sumIn(bytes: Buffer): CallSum | undefined {
  let before = bytes.lastIndexOf(NEWLINE);
  while (before > 0) {
    const at = bytes.lastIndexOf(NEEDLE, before);
    if (at === -1) return undefined;
    const start = bytes.lastIndexOf(NEWLINE, at) + 1;
    const line = decodeLine(bytes, start, bytes.indexOf(NEWLINE, at));
    const sum = line.ok ? CallSum.safeParse(line.value["sum"]).data : undefined;
    if (sum !== undefined) return sum;
    before = start - 1;
  }
  return undefined;
}

/** From every call in the log. */
async function scanned(team: Team, member: MemberName): Promise<CallSum> {
  let sum = NO_CALLS;
  for (const call of await callsOf(team.store, member)) sum = withCall(sum, call);
  return sum;
}
