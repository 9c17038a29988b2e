import { setTimeout as pause } from "node:timers/promises";
import { readWhole } from "../base/atomic-file.ts";
import { nodeFiles } from "../base/node-files.ts";
import { MemberName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";
import { AUDIT_MAX_BYTES, chainOwner } from "./audit.ts";
import { type Chain, readChain } from "./audit-chain.ts";
import { auditPath } from "./audit-path.ts";
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
    const logs = await readLogs(team);
    const findings = logs.flatMap((log) => [...ownFindings(log), ...anchorFindings(team, logs, log)]);
    if (findings.length === 0 || looks === LOOKS) return { logs, findings };
    await pause(AGAIN_MS);
  }
}

async function readLogs(team: Team): Promise<readonly AuditLog[]> {
  const fs = nodeFiles();
  const { agents } = teamPaths(configFolder(team.host), team.name);
  const logs: AuditLog[] = [];
  for (const folder of (await fs.list(agents)) ?? []) {
    const name = MemberName.safeParse(folder);
    if (!name.success) continue;
    const file = auditPath(team, name.data);
    const bytes = await readWhole(fs, file, AUDIT_MAX_BYTES);
    if (bytes === undefined) continue;
    logs.push({ member: name.data, file, chain: readChain(bytes, chainOwner(team, name.data)) });
  }
  return logs;
}

function ownFindings({ file, chain }: AuditLog): readonly AuditFinding[] {
  return chain.findings.map((finding) => ({ file, ...finding }));
}

/** What this log saw of others, and is there no more. */
function anchorFindings(
  team: Team,
  logs: readonly AuditLog[],
  { member, chain }: AuditLog,
): readonly AuditFinding[] {
  return chain.entries.flatMap(({ seq, of }) => {
    if (of === undefined) return [];
    const file = auditPath(team, of.member);
    const seen = logs.find((log) => log.file === file);
    const why = missing(seen?.chain, of.seq, of.hash);
    return why === undefined
      ? []
      : [{ file, seq: of.seq, what: `${why}, as entry ${seq} of ${member} saw it` }];
  });
}

function missing(chain: Chain | undefined, seq: number, hash: string): string | undefined {
  if (chain === undefined) return "the whole log is gone; this entry stood there";
  const there = chain.entries.filter((entry) => entry.seq === seq);
  if (there.some((entry) => entry.hash === hash)) return undefined;
  return there.length > 0
    ? "is another entry than the one that stood there"
    : `is gone: the log ends at entry ${chain.head.seq}`;
}
