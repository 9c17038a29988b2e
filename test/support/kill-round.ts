import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKillTeam } from "./kill-team.ts";
import { killWorkers } from "./kill-workers.ts";
import { verify } from "./verify.ts";
import { readEvidence } from "./verify-evidence.ts";
import type { Violation } from "./verify-words.ts";

/** What one round did, and what was wrong with it. */
export interface Round {
  readonly violations: readonly Violation[];
  readonly kills: Readonly<Record<string, number>>;
  readonly sleeps: number;
  readonly acknowledged: number;
  readonly claims: number;
  readonly answers: number;
  readonly hashes: number;
  readonly torn: number;
  /** Messages that were read and removed with their segment. */
  readonly removed: number;
  /** Entries of the journal. */
  readonly entries: number;
  /** How often everything was read while the others worked. */
  readonly readerRounds: number;
  readonly workSeconds: number;
  readonly checkSeconds: number;
}

/** A fresh team, `kills` kills of its `procs` processes, and the judgement. A team that broke a promise is kept. */
export async function killRound(plan: {
  readonly kills: number;
  readonly procs: number;
  readonly seed: number;
}): Promise<Round> {
  const configDir = mkdtempSync(join(tmpdir(), "troupe-kill-"));
  const began = performance.now();
  const teamDir = await createKillTeam(configDir, plan.procs);
  const run = await killWorkers(configDir, plan);
  const worked = performance.now();
  const violations = verify(teamDir, run);
  const evidence = readEvidence(teamDir);
  const words = (...wanted: string[]): number =>
    run.lives.reduce(
      (sum, { lines }) =>
        sum + lines.filter((line) => wanted.some((word) => line.startsWith(`${word} `))).length,
      0,
    );
  const kills: Record<string, number> = {};
  for (const { killed, way } of run.lives) if (killed) kills[way] = (kills[way] ?? 0) + 1;
  const kept = new Set([...evidence.logs.values()].flatMap((entries) => entries.map(({ id }) => id)));
  const round: Round = {
    violations,
    kills,
    sleeps: run.lives.filter(({ slept }) => slept).length,
    acknowledged: words("ACK"),
    claims: words("WON"),
    answers: words("RET"),
    hashes: words("HASH", "EXIT"),
    torn: evidence.torn.length,
    removed: [...evidence.transcripts.values()].flat().filter((id) => !kept.has(id)).length,
    entries: evidence.logs.get("journal")?.length ?? 0,
    readerRounds: Number(run.reader?.lines.at(-1)?.split(" ")[1] ?? 0),
    workSeconds: (worked - began) / 1000,
    checkSeconds: (performance.now() - worked) / 1000,
  };
  if (violations.length === 0) rmSync(configDir, { recursive: true, force: true });
  return round;
}
