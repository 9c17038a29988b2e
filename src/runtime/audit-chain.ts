import { AuditEntry, canonicalJson } from "../protocol/audit.ts";
import { type InstanceId, type MemberName, sameName } from "../protocol/names.ts";
import { sha256 } from "../store/body-of.ts";
import { decodeLine, lineEnd } from "../store/line-codec.ts";

/** What a log's line ends with: bytes that hold it were a whole line once, and not torn by a crash. */
const WHOLE = /,"c":"[0-9a-f]{8}"\}/;

/** Whose chain it is: the first entry's `prev` names both, so that no file of another can stand in its place. */
export interface ChainOwner {
  readonly team: InstanceId;
  readonly member: MemberName;
}

export interface ChainFinding {
  /** The entry at which it shows; undefined: behind the last one. */
  readonly seq: number | undefined;
  readonly what: string;
}

/** A member's audit log as it stands on the disk. */
export interface Chain {
  readonly entries: readonly AuditEntry[];
  /** `seq` and `hash` of the last entry; 0 and the genesis when there is none. */
  readonly head: { readonly seq: number; readonly hash: string };
  readonly findings: readonly ChainFinding[];
  /** Bytes that are no entry and that no `recovered` entry accounts for; those at the end included. */
  readonly unexplained: number;
}

/** What `prev` of the first entry is. */
export function genesisOf({ team, member }: ChainOwner): string {
  return sha256(Buffer.from(`troupe audit ${team} ${member.toLowerCase()}`));
}

/** An entry without its hash. */
interface Unsealed {
  readonly prev: string;
  readonly [key: string]: unknown;
}

/** The entry with its hash. */
export function sealed(entry: Unsealed): AuditEntry {
  return AuditEntry.parse({ ...entry, hash: hashOf(entry) });
}

/**
 * Reads a chain from the bytes of its file and looks for everything that a single writer does not do. Every byte is
 * accounted for: it belongs to a line with its checksum and its newlines, or a `recovered` entry says how many do not.
 */
export function readChain(bytes: Buffer, owner: ChainOwner): Chain {
  const entries: AuditEntry[] = [];
  const findings: ChainFinding[] = [];
  let head = { seq: 0, hash: genesisOf(owner) };
  let unexplained = 0;
  let end = 0;
  for (const line of linesOf(bytes)) {
    const gap = line.start - 1 - end;
    unexplained += gap;
    const { entry } = line;
    if (gap > 0 && !isTorn(bytes.subarray(end, line.start - 1)))
      findings.push({ seq: entry.seq, what: `the ${gap} bytes in front of it were changed or put in` });
    findings.push(...complaints(entry, head, owner));
    if (entry.kind === "recovered") {
      if (entry.torn !== unexplained)
        findings.push({
          seq: entry.seq,
          what: `accounts for ${entry.torn ?? 0} bytes, ${unexplained} are there`,
        });
      unexplained = 0;
    }
    entries.push(entry);
    head = { seq: entry.seq, hash: entry.hash };
    end = line.end;
  }
  unexplained += bytes.length - end;
  if (unexplained !== 0)
    findings.push({
      seq: undefined,
      what: "its end is unfinished: a writer died there, or it was changed or cut",
    });
  return { entries, head, findings, unexplained };
}

/**
 * Reads the last part of a file, from its first whole line on; undefined when there is none. What that part says of its
 * end is right; what it finds of its beginning is not: the entries before it are elsewhere.
 */
export function readChainEnd(bytes: Buffer, owner: ChainOwner): Chain | undefined {
  // A line that begins with the part may be the end of a longer one.
  for (const { start } of linesOf(bytes)) if (start > 0) return readChain(bytes.subarray(start - 1), owner);
  return undefined;
}

interface Line {
  readonly entry: AuditEntry;
  /** Of the object itself: its own newline stands in front. */
  readonly start: number;
  /** Behind its newline; one further than the bytes go when its writer died in front of that. */
  readonly end: number;
}

/** The lines that count, in order. */
function* linesOf(bytes: Buffer): Iterable<Line> {
  for (let start = 0; start < bytes.length; ) {
    const newline = lineEnd(bytes, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = end > start ? decodeLine(bytes, start, end) : undefined;
    const entry = line?.ok === true ? AuditEntry.safeParse(line.value).data : undefined;
    if (entry !== undefined) yield { entry, start, end: end + 1 };
    start = end + 1;
  }
}

/**
 * A write that was cut off leaves a newline and the beginning of a line. Whole lines, and newlines that stand by
 * themselves, were something else before.
 */
function isTorn(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  return text.startsWith("\n") && !text.endsWith("\n") && !text.includes("\n\n") && !WHOLE.test(text);
}

function complaints(entry: AuditEntry, before: Chain["head"], owner: ChainOwner): readonly ChainFinding[] {
  const found = (what: string): readonly ChainFinding[] => [{ seq: entry.seq, what }];
  const { hash, ...rest } = entry;
  if (hash !== hashOf(rest)) return found("its hash does not fit its content");
  if (!sameName(entry.agent, owner.member)) return found(`belongs to ${entry.agent}`);
  const missing = entry.seq - before.seq - 1;
  if (missing > 0)
    return found(missing === 1 ? "the entry before it is gone" : `the ${missing} entries before it are gone`);
  if (missing < 0) return found(`stands behind entry ${before.seq}`);
  if (entry.prev === before.hash) return [];
  return found(
    before.seq === 0 ? "is the first entry of another log" : "does not follow the entry before it",
  );
}

function hashOf(entry: Unsealed): string {
  return sha256(Buffer.from(`${entry.prev}${canonicalJson(entry)}`));
}
