import { setTimeout as pause } from "node:timers/promises";
import { hints } from "../base/hints.ts";
import { type InstanceId, sameName } from "../protocol/names.ts";
import { childBackend } from "../spawn/child-backend.ts";
import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { isDiskTrouble } from "./disk-trouble.ts";
import { memberProcesses } from "./supervisor-spawn.ts";
import type { SupervisorLimits } from "./supervisor-step.ts";
import { memberWatch } from "./supervisor-watch.ts";

/** Between two looks, in ms: while something starts or ends, and at least, however many entries come. */
const LOOK_BUSY_MS = 100;
const LOOK_MS = 50;
/** To the next look after trouble with the disk, in ms. */
const AFTER_TROUBLE_MS = 1_000;
/** Longest step of the awake clock, in ms: what is longer was sleep or SIGSTOP. */
const AWAKE_STEP_MS = 2_000;

export interface LoopParts {
  readonly configDir: string;
  readonly team: Team;
  readonly instance: InstanceId;
  readonly limits: SupervisorLimits;
  readonly awakeMs: () => number;
  /** Called after each look. */
  readonly beat: () => Promise<void>;
  readonly log: (line: string) => void;
}

export interface WatchEnd {
  readonly why: "stop" | "displaced";
  /** Waits for stops of single members that are still under way. */
  readonly settled: () => Promise<void>;
}

/**
 * Looks after the members until the team shall stop, `signal` aborts, or another supervisor has the lease. Each look
 * follows an entry, the end of a child, or a second. Throws what the journal throws, but for trouble with the disk that
 * may pass.
 */
export async function watchOver(parts: LoopParts, signal: AbortSignal): Promise<WatchEnd> {
  const { configDir, team, instance, beat, log } = parts;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const bell = createBell();
  const processes = memberProcesses({ configDir, team, backend: childBackend(), onExit: bell.ring });
  const isChosen = chosen(team.host.env["TROUPE_ONLY"], team.state());
  const watch = memberWatch({ ...parts, processes, isChosen, ring: bell.ring });
  const looks = hints((hint) => {
    // Never rejects: `changes` does not throw.
    void forward(team.store.journal.changes(either), hint);
    return bell.connect(hint);
  }, either);
  let trouble: string | undefined;

  /** C1: who supervises outlives a full disk. What could not be written is done again at the next look. */
  async function lookOnce(): Promise<{ readonly why?: WatchEnd["why"]; readonly againInMs: number }> {
    try {
      const why = whyOver(await team.readOn(), instance);
      if (why) return { why, againInMs: 0 };
      await watch.look();
      await beat();
      trouble = undefined;
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      if (error.message !== trouble) log(error.message);
      trouble = error.message;
      return { againInMs: AFTER_TROUBLE_MS };
    }
    return { againInMs: watch.isBusy() ? LOOK_BUSY_MS : LOOK_MS };
  }

  try {
    for await (const _ of looks) {
      const seen = await lookOnce();
      if (seen.why) return { why: seen.why, settled: watch.settled };
      if (watch.isBusy() || seen.againInMs > LOOK_MS) bell.ring();
      await pause(seen.againInMs);
    }
    return { why: "stop", settled: watch.settled };
  } finally {
    over.abort();
    watch.close();
  }
}

function whyOver({ team }: TeamState, instance: InstanceId): WatchEnd["why"] | undefined {
  if (!team || team.closed || team.stopping) return "stop";
  return team.lease?.instance === instance ? undefined : "displaced";
}

async function forward(changes: AsyncIterable<void>, hint: () => void): Promise<void> {
  for await (const _ of changes) hint();
}

/** Rings before anybody listens are not lost to the loop: its first look comes anyway. */
function createBell(): { readonly ring: () => void; readonly connect: (hint: () => void) => () => void } {
  let hint: (() => void) | undefined;
  return {
    ring: () => hint?.(),
    connect: (given) => {
      hint = given;
      return () => {
        hint = undefined;
      };
    },
  };
}

/** `TROUPE_ONLY=ada,bob`: of those who are there now the others rest until somebody asks for them; who joins later is wanted. */
function chosen(only: string | undefined, { members }: TeamState): (member: Member) => boolean {
  if (only === undefined || only === "") return () => true;
  const names = only.split(",");
  const resting = new Set(
    [...members.values()].flatMap(({ name }) => (names.some((one) => sameName(one, name)) ? [] : [name])),
  );
  return ({ name }) => !resting.has(name);
}

/** Milliseconds since its making, in steps that a sleep of the machine, or of this process, cannot make long. */
export function awakeClock(read: () => number = () => performance.now()): () => number {
  let awakeMs = 0;
  let lastMs = read();
  return () => {
    const nowMs = read();
    awakeMs += Math.min(nowMs - lastMs, AWAKE_STEP_MS);
    lastMs = nowMs;
    return awakeMs;
  };
}
