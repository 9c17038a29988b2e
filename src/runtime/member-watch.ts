import { setTimeout as pause } from "node:timers/promises";
import { TroupeError } from "../base/errors.ts";
import type { InstanceId, MemberName } from "../protocol/names.ts";
import { memberNamed } from "../team/derive.ts";
import { sweep } from "../team/rescue.ts";
import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { StopReason } from "./member-life.ts";

/** Between two looks for tasks of the dead, in ms. Source: faults.md P5: free within 5 s. */
const SWEEP_MS = 2_000;
/** After trouble with the disk that may pass, in ms. */
const AGAIN_MS = 1_000;

/** Why this life must end, as the journal has it; undefined while it may go on. */
export function whyOver(state: TeamState, me: MemberName, instance: InstanceId): StopReason | undefined {
  const member = memberNamed(state, me);
  if (state.team === undefined || state.team.closed || member === undefined) return "gone";
  if (member.life?.instance !== instance || member.life.ended !== undefined) return "displaced";
  return state.team.stopping || member.stopping || member.left !== undefined ? "asked" : undefined;
}

export interface WatchDeps {
  readonly team: Team;
  readonly instance: InstanceId;
  /** Something may be new. */
  readonly ring: () => void;
  /** The journal cannot be read any more. */
  readonly onLost: (error: TroupeError) => void;
  /** Trouble that may pass. */
  readonly onTrouble: (error: unknown) => void;
}

/** Reads on in the journal for as long as the member lives. Never rejects; ends with the signal or after `onLost`. */
export async function watchJournal(deps: WatchDeps, signal: AbortSignal): Promise<void> {
  for await (const _ of deps.team.store.journal.changes(signal)) {
    try {
      await deps.team.readOn();
      deps.ring();
    } catch (error) {
      if (
        error instanceof TroupeError &&
        (error.code === "journal_damaged" || error.code === "newer_format")
      ) {
        deps.onLost(error);
        return;
      }
      deps.onTrouble(error);
      await rest(AGAIN_MS, signal);
    }
  }
}

/** Hints of new mail. Never rejects. */
export async function watchMail(
  changes: (signal: AbortSignal) => AsyncIterable<void>,
  ring: () => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const _ of changes(signal)) ring();
}

/** Frees the tasks of the dead each 2 s; members begin at different moments. Never rejects. */
export async function watchDeaths(
  deps: WatchDeps,
  isDead: (member: Member) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  await rest(phaseOf(deps.instance), signal);
  while (!signal.aborted) {
    try {
      // By troupe, not by the member: a member may give back nobody's task but its own.
      const freed = await sweep(deps.team, "system", isDead);
      if (freed.length > 0) deps.ring();
    } catch (error) {
      deps.onTrouble(error);
    }
    await rest(SWEEP_MS, signal);
  }
}

/** Spread over the 2 s by the random id of the life: chance without asking for it. */
function phaseOf(instance: InstanceId): number {
  let sum = 0;
  for (const letter of instance) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % SWEEP_MS;
  return sum;
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
