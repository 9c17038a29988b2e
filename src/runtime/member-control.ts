import { type Life, type LifeEvent, step } from "./member-life.ts";

/** The state of one life, and what follows from it at once. */
export interface LifeControl {
  readonly life: () => Life;
  readonly dispatch: (event: LifeEvent) => void;
  /** Called after each change of the state, for as long as the life lasts. Must not throw. */
  readonly subscribe: (listener: () => void) => void;
  readonly isStopping: () => boolean;
  /** The running turn must end at its next tool boundary: for a stop or a pause. */
  readonly isEnding: () => boolean;
  /** Of the turn that runs now: aborts when it must be cut off, at once (a hard stop, an interruption) or as soon as no tool call runs (a stop, a pause). */
  readonly turn: () => AbortSignal;
  readonly toolStarted: () => void;
  readonly toolEnded: () => void;
}

export function createControl(): LifeControl {
  let turn = new AbortController();
  let life: Life = { status: "starting" };
  const listeners: (() => void)[] = [];
  let running = 0;

  const settle = (): void => {
    if (isCut(life) || (isEnding(life) && running === 0)) turn.abort();
  };
  return {
    subscribe: (listener) => {
      listeners.push(listener);
    },
    life: () => life,
    isStopping: () => life.status === "stopping" || life.status === "stopped",
    isEnding: () => isEnding(life),
    turn: () => turn.signal,
    dispatch: (event) => {
      const before = life;
      life = step(life, event);
      if (life === before) return;
      if (life.status === "working" && (before.status !== "working" || event.type === "turn_ended"))
        turn = new AbortController();
      settle();
      for (const listener of listeners) listener();
    },
    toolStarted: () => {
      running++;
    },
    // A reply may hold several calls that wait for one another: at a stop or a pause the next of them is not begun.
    toolEnded: () => {
      running--;
      settle();
    },
  };
}

function isCut(life: Life): boolean {
  if (life.status === "stopping") return life.hard;
  return life.status === "working" && life.interrupted === true;
}

function isEnding(life: Life): boolean {
  if (life.status === "working") return life.pausing === true || life.interrupted === true;
  return life.status === "stopping" || life.status === "stopped";
}
