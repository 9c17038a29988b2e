import { setTimeout as pause } from "node:timers/promises";
import { readWhole } from "../base/atomic-file.ts";
import { nodeFiles } from "../base/node-files.ts";
import { MemberName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";
import { AUDIT_MAX_BYTES, chainOwner } from "./audit.ts";
import { type Chain, readChain } from "./audit-chain.ts";
import { auditPath, sizeOf } from "./audit-path.ts";
import { configFolder } from "./config-folder.ts";

/** A log that is being written may look wrong for a moment: so many looks, so far apart in ms. */
const LOOKS = 3;
const AGAIN_MS = 100;

export interface AuditFinding {
  readonly file: string;
  /** The entry at which it shows; undefined: behind the last one. */
  readonly seq: number | undefined;
  readonly what: string;
}

export interface AuditReport {
  readonly logs: readonly AuditLog[];
  readonly findings: readonly AuditFinding[];
}

export interface AuditLog {
  /** As its folder is named. */
  readonly member: MemberName;
  readonly file: string;
  readonly chain: Chain;
}

/**
 * Reads every audit log of the team and holds it against itself and against what the others saw of it. Finds changed,
 * removed, swapped and inserted lines, and a cut end behind the last anchor; not a cut that nobody saw, and not that
 * somebody wrote all logs anew.
 */
export async function verifyAudit(team: Team): Promise<AuditReport> {
  for (let looks = 1; ; looks++) {
    const { logs, unread } = await readLogs(team);
    const findings = [
      ...unread.map(tooLong),
      ...logs.flatMap(ownFindings),
      ...lostAnchors(team, logs, unread),
    ];
    if (findings.length === 0 || looks === LOOKS) return { logs, findings };
    await pause(AGAIN_MS);
  }
}

interface Logs {
  readonly logs: readonly AuditLog[];
  /** Files that are too long. */
  readonly unread: readonly string[];
}

async function readLogs(team: Team): Promise<Logs> {
  const fs = nodeFiles();
  const { agents } = teamPaths(configFolder(team.host), team.name);
  const logs: AuditLog[] = [];
  const unread: string[] = [];
  for (const folder of (await fs.list(agents)) ?? []) {
    const name = MemberName.safeParse(folder);
    if (!name.success) continue;
    const file = auditPath(team, name.data);
    const bytes = await readWhole(fs, file, AUDIT_MAX_BYTES);
    if (bytes !== undefined)
      logs.push({ member: name.data, file, chain: readChain(bytes, chainOwner(team, name.data)) });
    else if (sizeOf(file) > 0) unread.push(file);
  }
  return { logs, unread };
}

/** Nobody may take for looked at what was not. */
function tooLong(file: string): AuditFinding {
  return { file, seq: undefined, what: `was not looked at: it has more than ${AUDIT_MAX_BYTES} bytes` };
}

function ownFindings({ file, chain }: AuditLog): readonly AuditFinding[] {
  return chain.findings.map((finding) => ({ file, ...finding }));
}

/** What some log saw of another, and is there no more. */
function lostAnchors(
  team: Team,
  logs: readonly AuditLog[],
  unread: readonly string[],
): readonly AuditFinding[] {
  // Looked up by number: both logs of a long run are long.
  const seen = new Map(logs.map(({ file, chain }) => [file, hashesOf(chain)]));
  const ends = new Map(logs.map(({ file, chain }) => [file, chain.head.seq]));
  return logs.flatMap(({ member, chain }) =>
    chain.entries.flatMap(({ seq, of }) => {
      if (of === undefined) return [];
      const file = auditPath(team, of.member);
      if (unread.includes(file)) return [];
      const there = seen.get(file);
      if (there?.get(of.seq)?.includes(of.hash) === true) return [];
      const why = whyLost(there?.has(of.seq), ends.get(file));
      return [{ file, seq: of.seq, what: `${why}, as entry ${seq} of ${member} saw it` }];
    }),
  );
}

function hashesOf({ entries }: Chain): ReadonlyMap<number, readonly string[]> {
  const hashes = new Map<number, string[]>();
  for (const { seq, hash } of entries) {
    const same = hashes.get(seq);
    if (same === undefined) hashes.set(seq, [hash]);
    else same.push(hash);
  }
  return hashes;
}

function whyLost(isOther: boolean | undefined, end: number | undefined): string {
  if (isOther === undefined) return "the whole log is gone; this entry stood there";
  return isOther
    ? "is another entry than the one that stood there"
    : `is gone: the log ends at entry ${end ?? 0}`;
}
