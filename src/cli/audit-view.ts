import type { TeamName } from "../protocol/names.ts";
import type { AuditFinding, AuditReport } from "../runtime/audit-verify.ts";
import type { Context } from "./command.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { styled } from "./piece.ts";
import { table } from "./table.ts";

/** Tells where each audit log stands and what is wrong with it; answers the exit code. */
export function showAudit(
  { screen, flags }: Context,
  team: TeamName,
  { logs, findings }: AuditReport,
): number {
  if (flags.json) {
    screen.json("AuditOutput", {
      team,
      ok: findings.length === 0,
      logs: logs.map(({ member, file, chain: { entries } }) => ({
        name: member,
        file,
        entries: entries.length,
        lastAt: entries.at(-1)?.t ?? null,
        hash: entries.at(-1)?.hash ?? null,
      })),
      findings: findings.map(({ file, seq = null, what }) => ({ file, seq, what })),
    });
  } else {
    const rows = logs.map(({ member, chain: { entries } }) => [
      member,
      String(entries.length),
      entries.at(-1)?.t ?? "",
      entries.at(-1)?.hash ?? "",
    ]);
    if (rows.length > 0)
      for (const line of table(["agent", "entries", "last", "hash"], rows, screen.width))
        screen.line(...line);
    for (const finding of findings) screen.line(styled("red", lineOf(finding)));
    screen.say(styled("dim", summary(logs.length, findings.length)));
  }
  return findings.length === 0 ? 0 : EXIT_CODES.failed;
}

function lineOf({ file, seq, what }: AuditFinding): string {
  return `${file}: ${seq === undefined ? "" : `entry ${seq} `}${what}`;
}

function summary(logs: number, findings: number): string {
  if (logs === 0) return "no agent of this team has an audit log yet";
  return findings === 0
    ? "nothing was changed, removed or cut"
    : "what is wrong here was not written by troupe";
}
