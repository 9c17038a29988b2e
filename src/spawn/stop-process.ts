import { setTimeout as pause } from "node:timers/promises";
import {
  liveness,
  type ProcessIdentity,
  sessionOf,
  signalProcess,
  taggedProcesses,
} from "../base/process-identity.ts";

/** How long a killed process may take to disappear before it is given up on: it is stuck in the kernel. */
const KILLED_MS = 5_000;
/** How long descendants that left the process group have after SIGTERM. */
const STRAGGLER_MS = 1_000;

export interface StopLimits {
  /** How long the process has to end by itself, having been asked by other means; in ms. */
  readonly graceMs: number;
  /** From SIGTERM to SIGKILL, in ms. */
  readonly termMs: number;
}

/** asked: it ended by itself. stuck: not even SIGKILL ended it within 5 s. */
export type Ending = "asked" | "terminated" | "killed" | "stuck";

/**
 * Waits, then SIGTERM to the process group, then SIGKILL to it, then the same for whatever bears the tag: descendants
 * that left the group. Takes at most `graceMs + termMs` and 12 s. When `signal` aborts, the waiting for good order ends
 * and SIGKILL comes at once. Identity is checked before each signal; nothing is ever signalled by a bare number.
 */
export async function stopProcess(
  identity: ProcessIdentity,
  tags: Readonly<Record<string, string>>,
  { graceMs, termMs }: StopLimits,
  signal: AbortSignal,
): Promise<Ending> {
  const ending = await endGroup(identity, { graceMs, termMs }, signal);
  await stopTagged(tags);
  return ending;
}

async function endGroup(
  identity: ProcessIdentity,
  { graceMs, termMs }: StopLimits,
  signal: AbortSignal,
): Promise<Ending> {
  if (await isGone(identity, graceMs, signal)) return "asked";
  // Remembered while the leader lives: once it is gone its number says nothing about who was in its session.
  const session = await sessionOf(identity);
  await signalProcess(identity, "SIGTERM", { group: true });
  // A stopped process gets SIGTERM only when it goes on.
  await signalProcess(identity, "SIGCONT", { group: true });
  const terminated = await isGone(identity, termMs, signal);
  if (!terminated) await signalProcess(identity, "SIGKILL", { group: true });
  for (const member of session) await signalProcess(member, "SIGKILL");
  if (terminated) return "terminated";
  return (await isGone(identity, KILLED_MS)) ? "killed" : "stuck";
}

/** Which of the processes that were found shall end, by the variables they were started with. */
export type Wanted = (env: ReadonlyMap<string, string>) => boolean;

/**
 * Ends whatever was started with these variables and is wanted, this process excepted: SIGTERM, one second, SIGKILL,
 * again until nothing is found, three times at most. `whom` is asked after each look at the process table, so its answer
 * may rest on what is written down before a process starts. Answers how many processes it found.
 */
export async function stopTagged(
  tags: Readonly<Record<string, string>>,
  whom: () => Wanted | Promise<Wanted> = () => () => true,
): Promise<number> {
  const seen = new Set<number>();
  // Each round sees what the last one's processes forked before they died.
  for (let round = 0; round < 3; round++) {
    const found = await tagged(tags, whom);
    if (found.length === 0) break;
    for (const identity of found) {
      seen.add(identity.pid);
      await signalProcess(identity, "SIGTERM");
      await signalProcess(identity, "SIGCONT");
    }
    await areGone(found, STRAGGLER_MS);
    for (const identity of found) await signalProcess(identity, "SIGKILL");
    await areGone(found, STRAGGLER_MS);
  }
  return seen.size;
}

async function tagged(
  tags: Readonly<Record<string, string>>,
  whom: () => Wanted | Promise<Wanted>,
): Promise<readonly ProcessIdentity[]> {
  const found = await taggedProcesses(tags);
  const wanted = await whom();
  return found
    .filter(({ identity, env }) => identity.pid !== process.pid && wanted(env))
    .map(({ identity }) => identity);
}

/** True as soon as the process is proven dead; false when `withinMs` have passed or `signal` aborts. */
function isGone(identity: ProcessIdentity, withinMs: number, signal?: AbortSignal): Promise<boolean> {
  return areGone([identity], withinMs, signal);
}

async function areGone(
  identities: readonly ProcessIdentity[],
  withinMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  // The exit of a process that is no child of ours is no event on any system: it has to be looked for.
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 50)) {
    const verdicts = await Promise.all(identities.map(liveness));
    if (verdicts.every((verdict) => verdict === "dead")) return true;
    const restMs = deadline - performance.now();
    if (restMs <= 0 || signal?.aborted) return false;
    await pause(Math.min(waitMs, restMs), undefined, signal && { signal }).catch(ignoreAbort);
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}
