import type { CallLeave } from "../agent/loop-deps.ts";
import { pause } from "../agent/pause.ts";
import type { MemberName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { callLeave } from "./budget-leave.ts";
import { type CallSum, followCallSums, withCall } from "./call-sums.ts";
import type { UsageEvent } from "./cost.ts";
import { withOwn } from "./team-spending.ts";

/** Between two looks of a call that waits, in ms, when no limit changes. */
const AGAIN_MS = 5_000;

/** What stands between a life and each of its model calls: its own limits, and the team's. */
export interface MemberBudget {
  /** One call more; answers what stands beside it in the event log. */
  readonly add: (event: Pick<UsageEvent, "model" | "usage">) => CallSum;
  /** Whether a call may be made now. Tells people once what is nearly, or wholly, used. Never rejects. */
  readonly look: () => Promise<CallLeave>;
  /** The same, and waits until it may, or the signal aborts: a turn, or a subagent's, goes on where it was. Never rejects. */
  readonly whenFree: (signal: AbortSignal) => Promise<CallLeave>;
  /** At the last look nothing was left. */
  readonly isSpent: () => boolean;
  /** A call waits for a larger budget. */
  readonly isAwaited: () => boolean;
  /** Called when one of the two changed. Must not throw. */
  readonly subscribe: (listener: () => void) => void;
}

/** Reads what earlier lives spent. Throws what reading the log throws. */
export async function openMemberBudget(
  team: Team,
  me: MemberName,
  onTrouble: (error: unknown) => void,
): Promise<MemberBudget> {
  const followed = followCallSums(team);
  let own = await followed.of(me);
  const sums = withOwn(followed, me, () => own);
  const listeners: (() => void)[] = [];
  const limits = watchLimits(team);
  let isSpent = false;
  let awaited = 0;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const look = async (): Promise<CallLeave> => {
    const leave = await callLeave(team, { me, sums, onTrouble });
    if (isSpent === leave.go) {
      isSpent = !leave.go;
      changed();
    }
    return leave;
  };
  const wait = async (signal: AbortSignal): Promise<CallLeave> => {
    awaited++;
    changed();
    for (;;) {
      const before = limits.changes();
      const leave = await look();
      if (leave.go || signal.aborted) {
        awaited--;
        changed();
        return leave;
      }
      await limits.untilChanged(before, signal);
    }
  };
  return {
    add: (event) => {
      own = withCall(own, event);
      return own;
    },
    look,
    whenFree: async (signal) => {
      const leave = await look();
      return leave.go ? leave : wait(signal);
    },
    isSpent: () => isSpent,
    isAwaited: () => awaited > 0,
    subscribe: (listener) => {
      listeners.push(listener);
    },
  };
}

interface Limits {
  /** Rises with each change of a limit: a look that began before one says nothing of what holds now. */
  readonly changes: () => number;
  /** Until there is another change than those `before`, or the signal, or a while. */
  readonly untilChanged: (before: number, signal: AbortSignal) => Promise<void>;
}

function watchLimits(team: Team): Limits {
  const wakes = new Set<() => void>();
  let changes = 0;
  team.subscribe(({ entry, verdict }) => {
    if (!verdict.ok || entry.op !== "budget") return;
    changes++;
    for (const wake of wakes) wake();
  });
  return {
    changes: () => changes,
    untilChanged: async (before, signal) => {
      if (changes !== before) return;
      const over = new AbortController();
      const wake = (): void => over.abort();
      wakes.add(wake);
      // Also now and then by itself: trouble with the disk passes without an entry.
      await pause(AGAIN_MS, AbortSignal.any([over.signal, signal]));
      wakes.delete(wake);
    },
  };
}
