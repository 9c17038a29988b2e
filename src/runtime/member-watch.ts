import { setTimeout as pause } from "node:timers/promises";
import { TroupeError } from "../base/errors.ts";
import { untilNextTick } from "../base/watch.ts";
import type { InstanceId, MemberName } from "../protocol/names.ts";
import { memberNamed } from "../team/derive.ts";
import { sweep } from "../team/rescue.ts";
import type { TeamState } from "../team/state.ts";
import { deathWatch } from "./liveness.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberJob } from "./member-job.ts";
import type { StopReason } from "./member-life.ts";
import type { Living } from "./member-work.ts";

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

/**
 * Journal entries and signals that end the life, from now on until `close`. Who was asked by an entry and gets a signal
 * too has been waited for long enough (faults.md K11): its tool calls are cut off, and it still ends in good order.
 */
export function watchStops(
  { team, member, instance }: MemberJob,
  control: LifeControl,
  signal: AbortSignal,
): { readonly close: () => void } {
  const look = (): void => {
    const why = whyOver(team.state(), member.name, instance);
    if (why !== undefined) control.dispatch({ type: "stop", hard: why !== "asked" || signal.aborted, why });
  };
  const aborted = (): void =>
    control.dispatch({
      type: "stop",
      hard: isHard(signal.reason) || control.isStopping(),
      why: "asked",
    });
  const unsubscribe = team.subscribe(look);
  signal.addEventListener("abort", aborted);
  look();
  if (signal.aborted) aborted();
  return {
    close: () => {
      unsubscribe();
      signal.removeEventListener("abort", aborted);
    },
  };
}

/** SIGINT: a person wants it to end now. */
export function isHard(reason: unknown): boolean {
  return reason instanceof TroupeError && reason.details["signal"] === "SIGINT";
}

export interface Watching {
  /** Never rejects; ends with the signal. */
  readonly done: Promise<unknown>;
  /** Why the journal can no longer be read. */
  readonly lost: () => TroupeError | undefined;
}

/** Everything that runs beside the turns. */
export function watchTeam(job: MemberJob, { parts, control, bell }: Living, signal: AbortSignal): Watching {
  let lost: TroupeError | undefined;
  const onLost = (error: TroupeError): void => {
    lost = error;
    control.dispatch({ type: "stop", hard: true, why: "gone" });
  };
  const done = Promise.all([
    watchJournal(job, { ring: bell.ring, onLost }, signal),
    watchMail(parts.mailbox.changes, bell.ring, signal),
    watchDeaths(job, bell.ring, signal),
  ]);
  return { done, lost: () => lost };
}

interface JournalListener {
  readonly ring: () => void;
  readonly onLost: (error: TroupeError) => void;
}

/** Only an entry is a reason to look for work: a tick that found nothing wakes nobody. */
async function watchJournal(
  job: MemberJob,
  { ring, onLost }: JournalListener,
  signal: AbortSignal,
): Promise<void> {
  const unsubscribe = job.team.subscribe(ring);
  for await (const _ of job.team.store.journal.changes(signal)) {
    const lost = await readOn(job, signal);
    if (lost === undefined) continue;
    onLost(lost);
    break;
  }
  unsubscribe();
}

/** Why the journal can no longer be read; undefined while there is hope. */
async function readOn({ team, onTrouble }: MemberJob, signal: AbortSignal): Promise<TroupeError | undefined> {
  try {
    await team.readOn();
  } catch (error) {
    if (error instanceof TroupeError && isFinal(error)) return error;
    onTrouble(error);
    await rest(AGAIN_MS, signal);
  }
  return undefined;
}

/** What no waiting mends. */
function isFinal({ code }: TroupeError): boolean {
  return code === "journal_damaged" || code === "newer_format" || code === "team_not_found";
}

async function watchMail(
  changes: (signal: AbortSignal) => AsyncIterable<void>,
  ring: () => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const _ of changes(signal)) ring();
}

/** Frees the tasks of the dead each 2 s. */
async function watchDeaths(
  { team, onTrouble }: MemberJob,
  ring: () => void,
  signal: AbortSignal,
): Promise<void> {
  const isDead = deathWatch(team);
  for (;;) {
    await rest(untilNextTick(SWEEP_MS), signal);
    if (signal.aborted) return;
    try {
      // By troupe, not by the member, which may give back nobody's task but its own.
      const freed = await sweep(team, "system", isDead);
      if (freed.length > 0) ring();
    } catch (error) {
      onTrouble(error);
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
