/**
 * How a member's process lives.
 *
 * starting: the team is open, mailbox and transcript are being read. The first state; left when both stand.
 * working: the loop runs: model calls and tools. Entered when there is something to say to the model, or when the
 *   transcript ended in the middle of a turn; left when the loop comes back.
 * idle: waits for mail, tasks and notices; no model call. Entered when the loop came back. After a failed turn
 *   `retryInMs` says when to try again without news, null says never (the key was refused: only news helps).
 * stopping: asked to end while the loop runs: its tool call ends, no model call follows; `hard` = it is cut off at
 *   once. Entered by a `stop` entry or a signal; left when the loop came back.
 * stopped: the last state. `why` says what is still to be done: after "asked" the tasks are given back and the end is
 *   written down; after "gone" (the team is no more) and "displaced" (another process lives this life) nothing is
 *   touched.
 */
export type Life =
  | { readonly status: "starting" }
  | { readonly status: "working"; readonly failures: number }
  | { readonly status: "idle"; readonly failures: number; readonly retryInMs: number | null }
  | { readonly status: "stopping"; readonly hard: boolean; readonly why: StopReason }
  | { readonly status: "stopped"; readonly why: StopReason };

export type StopReason = "asked" | "gone" | "displaced";

export type LifeEvent =
  /** Mailbox and transcript stand. `unfinished`: the conversation waits for the model's answer. */
  | { readonly type: "ready"; readonly unfinished: boolean }
  /** There is something new for the model. */
  | { readonly type: "input" }
  /** The time of `retryInMs` is over. */
  | { readonly type: "retry_due" }
  | { readonly type: "turn_ended"; readonly outcome: "finished" | "unreachable" | "refused" }
  /** `hard`: do not wait for a running tool call. */
  | { readonly type: "stop"; readonly hard: boolean; readonly why: StopReason };

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;

/** The next state; an event that means nothing in a state leaves it as it is. */
export function step(life: Life, event: LifeEvent): Life {
  if (event.type === "stop") return stop(life, event);
  switch (life.status) {
    case "starting":
      return event.type === "ready" ? born(event.unfinished) : life;
    case "idle":
      return event.type === "input" || event.type === "retry_due"
        ? { status: "working", failures: life.failures }
        : life;
    case "working":
      return event.type === "turn_ended" ? rest(life.failures, event.outcome) : life;
    case "stopping":
      return event.type === "turn_ended" ? { status: "stopped", why: life.why } : life;
    case "stopped":
      return life;
    default:
      return life satisfies never;
  }
}

function born(unfinished: boolean): Life {
  return unfinished ? { status: "working", failures: 0 } : { status: "idle", failures: 0, retryInMs: null };
}

function rest(failures: number, outcome: "finished" | "unreachable" | "refused"): Life {
  if (outcome === "finished") return { status: "idle", failures: 0, retryInMs: null };
  if (outcome === "refused") return { status: "idle", failures: failures + 1, retryInMs: null };
  const retryInMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
  return { status: "idle", failures: failures + 1, retryInMs };
}

/** What touches nothing more is stronger than what still writes: a team that went away while we stop in good order is gone. */
function stop(life: Life, { hard, why }: { readonly hard: boolean; readonly why: StopReason }): Life {
  switch (life.status) {
    case "starting":
    case "idle":
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
