import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { isErrno, TroupeError } from "../base/errors.ts";
import { createSerial } from "../base/serial.ts";
import { untilNextTick } from "../base/watch.ts";
import { AuditEntry, type AuditHead } from "../protocol/audit.ts";
import { type MemberName, sameName } from "../protocol/names.ts";
import { decodeLine } from "../store/line-codec.ts";
import { leadOf } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { auditPath, sizeOf } from "./audit-path.ts";

/** Between two looks at the logs of others, in ms: with the beat, so that it wakes nobody by itself. */
const LOOK_MS = 10_000;
/** An anchor for each so many entries. Source: security.md §10. */
const ANCHOR_ENTRIES = 50;
/** The last line stands in so many bytes: no line of an audit log comes near it. */
const TAIL_BYTES = 64 * 1024;

export interface HeadWatch {
  /** Takes in what stands there now, and ends. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface HeadWatchOptions {
  /** What stands in one's own log already: the number of the last head of each other member, by its name in lower case. */
  readonly anchored: ReadonlyMap<string, number>;
  readonly anchor: (head: AuditHead) => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Takes the ends of other members' chains into one's own: a chain by itself does not show that its tail was cut. Nobody
 * writes in another's log for that: each process reads where the others end, as the disk has it. What ended before this
 * life began is taken in at once, then each 10 s what has grown by 50 entries or was closed.
 */
export async function watchHeads(team: Team, me: MemberName, options: HeadWatchOptions): Promise<HeadWatch> {
  const { anchor, onTrouble } = options;
  const anchored = new Map(options.anchored);
  const sizes = new Map<string, number>();
  const serial = createSerial();
  let timer: NodeJS.Timeout | undefined;

  const lookAt = async (member: MemberName, isLast: boolean): Promise<void> => {
    const path = auditPath(team, member);
    const size = sizeOf(path);
    if (!isLast && size === sizes.get(path)) return;
    sizes.set(path, size);
    const last = lastEntry(path);
    const before = anchored.get(member.toLowerCase()) ?? 0;
    if (last === undefined || last.seq === before) return;
    if (last.seq < before) throw shrunk(path, before, last.seq);
    if (!isLast && last.kind !== "closed" && last.seq - before < ANCHOR_ENTRIES) return;
    await anchor({ member, seq: last.seq, hash: last.hash });
    anchored.set(member.toLowerCase(), last.seq);
  };
  const look = (isLast: boolean): Promise<void> =>
    serial(async () => {
      for (const member of watchedBy(team, me)) await lookAt(member, isLast).catch(onTrouble);
    });
  const lookAgain = async (): Promise<void> => {
    await look(false);
    if (timer !== undefined) later();
  };
  const later = (): void => {
    // `look` tells its own trouble.
    timer = setTimeout(() => void lookAgain(), untilNextTick(LOOK_MS)).unref();
  };
  await look(true);
  later();
  return {
    close: async () => {
      clearTimeout(timer);
      timer = undefined;
      await look(true);
    },
  };
}

/** Whose ends are taken in by `me`: the lead's process takes everybody's, the others each that of the one before it in the alphabet. */
function watchedBy(team: Team, me: MemberName): readonly MemberName[] {
  const members = [...team.state().members.values()];
  const lead = leadOf(team.state())?.name;
  if (lead !== undefined && sameName(lead, me))
    return members.map(({ name }) => name).filter((name) => !sameName(name, me));
  const names = members
    .filter(({ backend }) => backend === "child")
    .map(({ name }) => name)
    .toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
  const mine = names.findIndex((name) => sameName(name, me));
  const before = names.at(mine - 1);
  return mine < 0 || before === undefined || sameName(before, me) ? [] : [before];
}

/** Where the audit log of each member ends now; members without one are left out. */
export function auditHeads(team: Team): readonly AuditHead[] {
  return [...team.state().members.values()].flatMap(({ name: member }) => {
    const last = lastEntry(auditPath(team, member));
    return last === undefined ? [] : [{ member, seq: last.seq, hash: last.hash }];
  });
}

/** The last whole entry; undefined when there is none. */
function lastEntry(path: string): AuditEntry | undefined {
  const bytes = tailOf(path);
  for (let end = bytes.lastIndexOf(10); end > 0; end = bytes.lastIndexOf(10, end - 1)) {
    const start = bytes.lastIndexOf(10, end - 1) + 1;
    const line = start < end ? decodeLine(bytes, start, end) : undefined;
    const entry = line?.ok === true ? AuditEntry.safeParse(line.value).data : undefined;
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function tailOf(path: string): Buffer {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // A member that never lived has none.
    if (isErrno(error, "ENOENT")) return Buffer.alloc(0);
    throw error;
  }
}

function shrunk(path: string, before: number, now: number): TroupeError {
  return new TroupeError("failed", `${path} ends at entry ${now}; entry ${before} stood there before`, {
    hint: "troupe audit verify",
    details: { path },
  });
}
