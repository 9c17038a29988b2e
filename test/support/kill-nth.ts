import { bundled } from "./kill-bundle.ts";
import { drainKillTeam } from "./kill-drain.ts";
import type { KillRun } from "./kill-harness.ts";
import { finishLife, type Life, startLife } from "./kill-life.ts";
import { createKillTeam, KILLED } from "./kill-team.ts";
import { verify } from "./verify.ts";
import type { Violation } from "./verify-words.ts";

/** Of a line, or a new file, that was begun: one byte, half, all but the newline. All of it is the death before the next call. */
const PARTS = [1, 0.5, -1] as const;
/** Four big entries fill a segment. */
const SEAL_BYTES = 64 * 1024;
const PROCS = 2;

/** Operations of `test/fixtures/worker-operations.mjs` and its neighbours. */
export const OPERATIONS = [
  "create",
  "claim",
  "complete",
  "release",
  "note",
  "answer",
  "seal",
  "mail-seal",
  "snapshot",
  "cursor",
  "send",
  "join",
  "lease",
  "presence",
  "events",
  "open",
  "repair",
  "create-team",
  "delete-team",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Sweep {
  readonly operation: Operation;
  readonly kills: number;
  readonly lives: number;
  /** Calls to the file system of the operation. */
  readonly calls: number;
  readonly violations: readonly Violation[];
}

interface Chain {
  readonly configDir: string;
  readonly operation: string;
  readonly lives: Life[];
}

interface Step {
  /** 0: it ends by itself. */
  readonly at: number;
  readonly part?: number;
}

/** One life: dies at call `at`, or, with `part`, in the middle of its `at`-th write. */
async function live({ configDir, operation, lives }: Chain, { at, part }: Step): Promise<Life> {
  const number = lives.length + 1;
  const order = {
    configDir,
    teamName: KILLED,
    member: "w1",
    life: number,
    seed: 1,
    sealBytes: SEAL_BYTES,
    operation,
    die: { at, how: "kill", ...(part !== undefined && { part }) },
  };
  const running = startLife(await bundled("worker-nth.mjs"), order);
  const life = await finishLife(running, { member: "w1", number, way: "nth", limitMs: 120_000 });
  lives.push(life);
  return life;
}

/**
 * Kills an operation before its 1st, 2nd, … call to the file system and in the middle of each of its writes, on one
 * team: each life repairs what the one before left, and does the operation once in peace before its own death. The first
 * one counts, the last one ends by itself. Everything is judged at the end. Of an operation of more than `atMost` calls
 * each second, third, … is taken, from one on that `seed` chooses.
 */
export async function sweepCalls(
  configDir: string,
  operation: Operation,
  { atMost = Number.POSITIVE_INFINITY, seed = 0 }: { readonly atMost?: number; readonly seed?: number } = {},
): Promise<Sweep> {
  const teamDir = await createKillTeam(configDir, PROCS);
  const chain: Chain = { configDir, operation, lives: [] };
  const counted = (await live(chain, { at: 0 })).lines.find((line) => line.startsWith("CALLS "));
  const [, calls = 0, writes = 0] = (counted ?? "").split(" ").map(Number);
  for (const part of PARTS) for (let at = 1; at <= writes; at++) await live(chain, { at, part });
  const stride = Math.max(1, Math.ceil(calls / atMost));
  for (let at = 1 + (seed % stride); at <= calls; at += stride) await live(chain, { at });
  await live(chain, { at: 0 });
  const { lives } = chain;
  const kills = lives.filter(({ killed }) => killed).length;
  const run: KillRun = { lives, reader: undefined, kills, seed: 0 };
  const { lives: drained, drained: boxes } = await drainKillTeam(configDir, PROCS);
  const violations = verify(teamDir, { ...run, lives: [...lives, ...drained], drained: boxes });
  const idle = lives.filter(({ lines }) => !lines.includes("WORKS"));
  return {
    operation,
    kills,
    lives: lives.length,
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
