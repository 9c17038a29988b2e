/**
 * How a member's process lives.
 *
 * starting: the team is open, mailbox and transcript are being read. The first state; left when both stand.
 * working: the loop runs: model calls and tools. Entered when there is something to say to the model, or when the
 *   transcript ended in the middle of a turn; left when the loop comes back.
 * idle: waits for mail, tasks and notices; no model call. Entered when the loop came back. After a failed turn
 *   `retryInMs` says when to try again without news, null says never (the key was refused: only news helps).
 *   After an interruption by a person, or a turn that a rule ended, it is `quiet`: only news wakes it, not its own duties
 *   for a while; `stuck`, not ever: it made no progress.
 * paused: waits to be resumed and takes nothing in. Entered at the next tool boundary of the turn; `owed` = that turn was
 *   not finished and is gone on with first.
 * stopping: asked to end while the loop runs: its tool call ends, no model call follows; `hard` = it is cut off at
 *   once. Entered by a `stop` entry or a signal; left when the loop came back.
 * stopped: the last state. `why` says what is still to be done: after "asked" the tasks are given back and the end is
 *   written down; after "gone" (the team is no more) and "displaced" (another process lives this life) nothing is
 *   touched.
 */
export type Life =
  | { readonly status: "starting" }
  /** The turn is to end early: at once (interrupted), or at its next tool boundary (pausing). */
  | {
      readonly status: "working";
      readonly failures: number;
      readonly interrupted?: boolean;
      readonly pausing?: boolean;
    }
  | {
      readonly status: "idle";
      readonly failures: number;
      readonly retryInMs: number | null;
      readonly quiet?: boolean;
      readonly stuck?: boolean;
    }
  | { readonly status: "paused"; readonly owed: boolean }
  | { readonly status: "stopping"; readonly hard: boolean; readonly why: StopReason }
  | { readonly status: "stopped"; readonly why: StopReason };

export type StopReason = "asked" | "gone" | "displaced";

export type LifeEvent =
  /** Mailbox and transcript stand. `unfinished`: the conversation waits for the model's answer. `paused`, `stuck`: it was in a former life. */
  | {
      readonly type: "ready";
      readonly unfinished: boolean;
      readonly paused?: boolean;
      readonly stuck?: boolean;
    }
  /** There is something new for the model. */
  | { readonly type: "input" }
  /** The time of `retryInMs` is over. */
  | { readonly type: "retry_due" }
  | { readonly type: "turn_ended"; readonly outcome: TurnOutcome }
  /** A person wants the turn to end now. */
  | { readonly type: "interrupt" }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** `hard`: do not wait for a running tool call. */
  | { readonly type: "stop"; readonly hard: boolean; readonly why: StopReason };

/** `cut`: it was ended before the model's last word. `halted`: somebody's rule ended it, and it is not to go on by itself soon; `stuck`: not before there are news. */
export type TurnOutcome = "finished" | "cut" | "halted" | "stuck" | "unreachable" | "refused";

type LifeEventOf<T extends LifeEvent["type"]> = Extract<LifeEvent, { type: T }>;

const HALTED: Life = { status: "idle", failures: 0, retryInMs: null, quiet: true };
const STUCK: Life = { ...HALTED, stuck: true };
/** There is nothing left of such a turn to go on with. */
const OVER: ReadonlySet<TurnOutcome> = new Set(["finished", "halted", "stuck"]);

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;

/** The next state; an event that means nothing in a state leaves it as it is. */
export function step(life: Life, event: LifeEvent): Life {
  if (event.type === "stop") return stop(life, event);
  switch (life.status) {
    case "starting":
      return event.type === "ready" ? born(event) : life;
    case "idle":
      return stepIdle(life, event);
    case "working":
      return stepWorking(life, event);
    case "paused":
      return event.type === "resume" ? born({ unfinished: life.owed }) : life;
    case "stopping":
      return event.type === "turn_ended" ? { status: "stopped", why: life.why } : life;
    case "stopped":
      return life;
    default:
      return life satisfies never;
  }
}

type In<S extends Life["status"]> = Extract<Life, { status: S }>;

function stepIdle(life: In<"idle">, { type }: LifeEvent): Life {
  // Whoever waits to try again goes on with that turn.
  if (type === "pause") return { status: "paused", owed: life.failures > 0 };
  return type === "input" || type === "retry_due" ? { status: "working", failures: life.failures } : life;
}

function stepWorking(life: In<"working">, event: LifeEvent): Life {
  switch (event.type) {
    case "interrupt":
      return { ...life, interrupted: true };
    case "pause":
      return { ...life, pausing: true };
    case "resume":
      return { ...life, pausing: false };
    case "turn_ended":
      return rest(life, event.outcome);
    case "ready":
    case "input":
    case "retry_due":
    case "stop":
      return life;
    default:
      return event satisfies never;
  }
}

function born({ unfinished, paused, stuck }: Omit<LifeEventOf<"ready">, "type">): Life {
  if (paused === true) return { status: "paused", owed: unfinished };
  if (stuck === true) return STUCK;
  return unfinished ? { status: "working", failures: 0 } : { status: "idle", failures: 0, retryInMs: null };
}

function rest({ failures, interrupted = false, pausing = false }: In<"working">, outcome: TurnOutcome): Life {
  if (pausing) return { status: "paused", owed: !(interrupted || OVER.has(outcome)) };
  if (interrupted) return HALTED;
  switch (outcome) {
    case "halted":
      return HALTED;
    case "stuck":
      return STUCK;
    case "cut":
      // It was to pause, and was resumed before the turn came back.
      return { status: "working", failures };
    case "finished":
      return { status: "idle", failures: 0, retryInMs: null };
    case "refused":
      return { status: "idle", failures: failures + 1, retryInMs: null };
    case "unreachable": {
      const retryInMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
      return { status: "idle", failures: failures + 1, retryInMs };
    }
    default:
      return outcome satisfies never;
  }
}

/** What touches nothing more is stronger than what still writes: a team that went away while we stop in good order is gone. */
function stop(life: Life, { hard, why }: { readonly hard: boolean; readonly why: StopReason }): Life {
  switch (life.status) {
    case "starting":
    case "idle":
    case "paused":
      return { status: "stopped", why };
    case "working":
      return { status: "stopping", hard, why };
    case "stopping":
      return { ...life, hard: life.hard || hard, why: life.why === "asked" ? why : life.why };
    case "stopped":
      return life;
    default:
      return life satisfies never;
  }
}
