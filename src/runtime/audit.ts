import { readLast } from "../base/atomic-file.ts";
import { TroupeError } from "../base/errors.ts";
import { nodeFiles } from "../base/node-files.ts";
import { createSerial } from "../base/serial.ts";
import type { AuditEntry } from "../protocol/audit.ts";
import { InstanceId, type MemberName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { type Chain, type ChainOwner, readChain, readChainEnd, sealed } from "./audit-chain.ts";
import { type HeadWatch, watchHeads } from "./audit-heads.ts";
import { auditPath, sizeOf } from "./audit-path.ts";

/** One decision, as the gate gives it. */
export interface AuditLine {
  readonly kind: string;
  readonly tool: string | null;
  /** sha256 of tool, NUL and the JSON of the input: `digestOf`. */
  readonly argsHash: string | null;
  readonly decision: string;
  readonly rule: string | null;
  readonly actor: string;
  readonly resultHash?: string;
  readonly sub?: string;
}

export interface Audit {
  /** Returns when the line survives kill -9. Rejects when it does not: whoever asked must not go on as if it did. */
  readonly record: (line: AuditLine) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface AuditOptions {
  /** What is told of anchors that could not be written, and of another's log that shrank. */
  readonly onTrouble: (error: unknown) => void;
  /** Takes secrets out of a text. */
  readonly hide: (text: string) => string;
}

/** More is not held in memory, in bytes. */
export const AUDIT_MAX_BYTES = 512 * 1024 * 1024;
/** A life begins with so much of the log's end, in bytes: some 20,000 decisions. */
const END_BYTES = 8 * 1024 * 1024;
const APPEND_TRIES = 5;
const WORD_MAX = 1_000;

type Fields = AuditLine & Pick<AuditEntry, "of" | "torn">;

/**
 * Opens the audit log of a member for this life and says so in it. There is one for each member, written by its process
 * alone; the chain goes on over all lives. Throws what the disk throws.
 */
export async function openAudit(team: Team, me: MemberName, options: AuditOptions): Promise<Audit> {
  const log = await openChainLog(team, me, options.hide);
  const serial = createSerial();
  const record = (fields: Fields): Promise<void> => serial(() => log.append(fields));
  await record({ ...OWN, kind: "opened" });
  const anchor = (of: NonNullable<AuditEntry["of"]>): Promise<void> => record({ ...OWN, kind: "anchor", of });
  const heads: HeadWatch = await watchHeads(team, me, {
    anchored: log.anchored,
    anchor,
    onTrouble: options.onTrouble,
  });
  return {
    record,
    close: async () => {
      await heads.close();
      await record({ ...OWN, kind: "closed" });
    },
  };
}

/** What the log says of itself. */
const OWN = { tool: null, argsHash: null, decision: "noted", rule: null, actor: "system" } as const;

/** Throws when the team has no first entry, which no open team is without. */
export function chainOwner(team: Team, member: MemberName): ChainOwner {
  const { team: facts } = team.state();
  if (facts === undefined) throw new Error(`team ${team.name} has no first entry`);
  return { team: facts.instance, member };
}

/** The end of a log, however long it is: the next entry hangs on the last one alone. All of a short one. */
async function readEnd(
  path: string,
  owner: ChainOwner,
): Promise<{ readonly chain: Chain; readonly size: number }> {
  for (let most = END_BYTES; most <= AUDIT_MAX_BYTES; most *= 8) {
    const last = await readLast(nodeFiles(), path, most);
    const { bytes, size } = last ?? { bytes: Buffer.alloc(0), size: 0 };
    const chain = size <= most ? readChain(bytes, owner) : readChainEnd(bytes, owner);
    if (chain !== undefined) return { chain, size };
  }
  throw new TroupeError("failed", `${path}: no entry stands in its last ${AUDIT_MAX_BYTES} bytes`, {
    hint: "nothing is done that cannot be written down; look at the file, then move it away",
    details: { path },
  });
}

interface ChainLog {
  /** The last head of each other member that stands in what was read of the log as it was opened. */
  readonly anchored: ReadonlyMap<string, number>;
  /** One at a time. */
  readonly append: (fields: Fields) => Promise<void>;
}

async function openChainLog(team: Team, me: MemberName, hide: (text: string) => string): Promise<ChainLog> {
  const log = team.store.agentLog(me, "audit");
  const path = auditPath(team, me);
  const owner = chainOwner(team, me);
  let known = 0;
  const look = async (): Promise<Chain> => {
    const { chain, size } = await readEnd(path, owner);
    known = size;
    return chain;
  };
  const first = await look();
  let { head, unexplained } = first;

  const make = (fields: Fields): AuditEntry => {
    const id = team.nextId();
    const instance = InstanceId.parse(id.slice(0, id.lastIndexOf(".")));
    const t = new Date(team.host.now()).toISOString();
    const place = { v: 1 as const, id, seq: head.seq + 1, t, agent: me, instance };
    return sealed({ ...place, ...worded(fields, hide), prev: head.hash });
  };
  /** Whether the entry stands in the log now. */
  const stands = async (entry: AuditEntry): Promise<boolean> => {
    if ((await log.append(entry)) === "done") {
      known = sizeOf(path);
      head = entry;
      unexplained = 0;
      return true;
    }
    // A short write: what is there now says whether it became the line after all.
    ({ head, unexplained } = await look());
    return head.hash === entry.hash;
  };
  const append = async (fields: Fields): Promise<void> => {
    // Only a process that slept through the end of its life meets another writer.
    if (sizeOf(path) !== known) throw changed(path);
    for (let failures = 0; failures < APPEND_TRIES; ) {
      const isMending = unexplained !== 0;
      const isWritten = await stands(
        make(isMending ? { ...OWN, kind: "recovered", torn: unexplained } : fields),
      );
      if (isWritten && !isMending) return;
      if (!isWritten) failures++;
    }
    throw new TroupeError("disk_full", `${path}: a decision could not be written down`, {
      hint: "free some space: troupe doctor shows how much is left",
      details: { path },
    });
  };
  return {
    anchored: new Map(first.entries.flatMap(({ of }) => (of ? [[of.member.toLowerCase(), of.seq]] : []))),
    append,
  };
}

function changed(path: string): TroupeError {
  return new TroupeError("conflict", `${path} was changed by somebody else while it was in use`, {
    hint: "nothing is done that cannot be written down; look at it with: troupe audit verify",
    details: { path },
  });
}

/** Short, without secrets, and of characters that come back from a log as they went in. */
function worded(fields: Fields, hide: (text: string) => string): Fields {
  const word = (text: string): string => hide(text.replace(/\p{Surrogate}/gu, "\uFFFD")).slice(0, WORD_MAX);
  return {
    ...fields,
    kind: word(fields.kind),
    tool: fields.tool === null ? null : word(fields.tool),
    decision: word(fields.decision),
    rule: fields.rule === null ? null : word(fields.rule),
    actor: word(fields.actor),
    ...(fields.sub === undefined ? {} : { sub: word(fields.sub) }),
  };
}
