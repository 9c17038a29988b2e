import type { RateGate } from "../agent/loop-deps.ts";
import { pause } from "../agent/pause.ts";
import { LONGEST_RETRY_MS } from "../agent/retry-wait.ts";
import { presentMembers } from "../team/derive.ts";
import type { Backoff } from "../team/state.ts";
import { randomPhase } from "./phase.ts";
import { type RateJob, shareLimit, unlessTrouble } from "./rate-share.ts";

/** A shorter wait is over before anybody has read of it, in ms. */
const LEAST_SHARED_MS = 100;
/** All who waited come back within a quarter of the wait, at least so many ms for each member, so that the first can be heard of by the next. */
const EACH_MS = 80;
const MOST_SPREAD_MS = 15_000;

/** One member's place at the rate limit that all members with its key share. */
export interface OwnRateGate extends RateGate {
  /** ISO time before which no request of this member is made; null when none waits. */
  readonly waitsUntil: () => string | null;
  /** Called when that changes. Must not throw. */
  readonly onChange: (listener: () => void) => void;
  /** Returns when nothing of it is under way. */
  readonly close: () => Promise<void>;
}

/**
 * I1: what one member is told by the server, an entry tells all. Its time is a wall clock's: no wait is longer than the
 * entry was meant for when it was written, however the clocks stand.
 */
export function openRateGate(job: RateJob, key: string): OwnRateGate {
  const { team, member, clock } = job;
  const over = new AbortController();
  const door = openDoor(clock, (ms) => {
    const { length: count } = presentMembers(team.state());
    return randomPhase(team.host, Math.min(Math.max(ms / 4, count * EACH_MS), MOST_SPREAD_MS));
  });
  let sharing: Promise<void> = Promise.resolve();

  const heed = (backoff: Backoff): void => {
    if (backoff.key === key) door.hold(leftOf(backoff, team.host.now()));
  };
  team.state().team?.backoffs?.forEach(heed);
  const unsubscribe = team.subscribe(({ entry, verdict }) => {
    if (entry.op === "backoff" && verdict.ok && entry.by !== member.name) heed(entry);
  });

  return {
    wait: async (signal) => {
      // What was written meanwhile may be a longer wait.
      await door.pass(signal, () => unlessTrouble(job, team.readOn));
    },
    limited: (askedMs) => {
      const ms = Math.min(askedMs, LONGEST_RETRY_MS);
      door.hold(ms);
      if (ms < LEAST_SHARED_MS) return;
      const limited = { askedMs, ms, until: team.host.now() + ms };
      sharing = sharing.then(() => unlessTrouble(job, () => shareLimit(job, key, limited, over.signal)));
    },
    waitsUntil: () => {
      const leftMs = door.leftMs();
      return leftMs === null ? null : new Date(team.host.now() + leftMs).toISOString();
    },
    onChange: door.onChange,
    close: async () => {
      unsubscribe();
      over.abort();
      await sharing;
    },
  };
}

interface Door {
  /** Nobody passes for so long. */
  readonly hold: (ms: number) => void;
  /** Looks first, and after each wait. */
  readonly pass: (signal: AbortSignal, look: () => Promise<void>) => Promise<void>;
  /** null: nobody waits. */
  readonly leftMs: () => number | null;
  readonly onChange: (listener: () => void) => void;
}

/** `later`: how much longer than a wait of so many ms, so that those who waited for one moment do not come in one moment. */
function openDoor(clock: () => number, later: (ms: number) => number): Door {
  let listener: (() => void) | undefined;
  let openAt = 0;
  let waiting = 0;
  const wait = (by: number): void => {
    waiting += by;
    listener?.();
  };
  return {
    hold: (ms) => {
      if (ms <= 0) return;
      openAt = Math.max(openAt, clock() + ms + later(ms));
      listener?.();
    },
    pass: async (signal, look) => {
      await look();
      if (clock() >= openAt) return;
      wait(1);
      while (!signal.aborted && clock() < openAt) {
        await pause(openAt - clock(), signal);
        await look();
      }
      wait(-1);
    },
    leftMs: () => (waiting === 0 ? null : Math.max(0, openAt - clock())),
    onChange: (given) => {
      listener = given;
    },
  };
}

/** By two clocks, of which the one that says less is believed; 0 for what is no time. */
function leftOf({ until, at }: Backoff, now: number): number {
  const end = Date.parse(until);
  const left = Math.min(end - now, end - Date.parse(at), LONGEST_RETRY_MS);
  return left > 0 ? left : 0;
}
