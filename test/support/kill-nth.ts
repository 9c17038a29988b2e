import { join } from "node:path";
import type { KillRun } from "./kill-harness.ts";
import { finishLife, type Life, startLife } from "./kill-life.ts";
import { createKillTeam, drainKillTeam } from "./kill-team.ts";
import { verify } from "./verify.ts";
import type { Violation } from "./verify-words.ts";

const WORKER = join(import.meta.dirname, "../fixtures/worker-nth.mjs");
/** Fractions and bytes of a line, or a new file, that was begun: one byte, half, all but the newline, all. */
const PARTS = [1, 0.5, -1, 0.999_999] as const;
/** Four big entries fill a segment. */
const SEAL_BYTES = 64 * 1024;
const PROCS = 2;

export interface Sweep {
  readonly operation: string;
  readonly kills: number;
  /** Calls to the file system of the operation. */
  readonly calls: number;
  readonly violations: readonly Violation[];
}

interface Chain {
  readonly configDir: string;
  readonly operation: string;
  readonly lives: Life[];
}

/** One life: dies at call `at`, or, with `part`, in the middle of its `at`-th write. False when there are not so many. */
async function dieAt({ configDir, operation, lives }: Chain, at: number, part?: number): Promise<boolean> {
  const number = lives.length + 1;
  const die = { at, how: "kill", ...(part !== undefined && { part }) };
  const order = { configDir, teamName: "killed", member: "w1", life: number, seed: 1, sealBytes: SEAL_BYTES, operation, die };
  const life = await finishLife(startLife(WORKER, order), { member: "w1", number, way: "nth", limitMs: 60_000 });
  lives.push(life);
  return life.killed;
}

/**
 * Kills an operation before its 1st, 2nd, … call to the file system and in the middle of each of its writes, on one
 * team: each life repairs what the one before left, and does the operation once in peace before its own death. The last
 * one ends by itself. Everything is judged at the end.
 */
export async function sweepCalls(configDir: string, operation: string): Promise<Sweep> {
  const teamDir = await createKillTeam(configDir, PROCS);
  const chain: Chain = { configDir, operation, lives: [] };
  let calls = 0;
  // A life that ends with an error ends the sweep too: `verify` says so.
  for (const part of PARTS) for (let at = 1; await dieAt(chain, at, part); at++);
  while (await dieAt(chain, calls + 1)) calls += 1;
  const { lives } = chain;
  const kills = lives.filter(({ killed }) => killed).length;
  const run: KillRun = { lives, reader: undefined, kills, seed: 0 };
  const { lives: drained, drained: boxes } = await drainKillTeam(configDir, PROCS);
  const violations = verify(teamDir, { ...run, lives: [...lives, ...drained], drained: boxes });
  const idle = lives.filter(({ lines }) => !lines.includes("WORKS"));
  return {
    operation,
    kills,
    calls,
    violations: [
      ...violations,
      ...idle.map(({ number, complaint }) => ({
        invariant: 9,
        what: `${operation} does not work in life ${number}, after the death of the one before: ${complaint}`,
      })),
    ],
  };
}
