import { type Life, type LifeEvent, step } from "./member-life.ts";

/** The state of one life, and what follows from it at once. */
export interface LifeControl {
  readonly life: () => Life;
  readonly dispatch: (event: LifeEvent) => void;
  /** Called after each change of the state, for as long as the life lasts. Must not throw. */
  readonly subscribe: (listener: () => void) => void;
  readonly isStopping: () => boolean;
  /** Aborts when a stop must cut the turn off: at once when it is hard, otherwise as soon as no tool call runs. */
  readonly turn: AbortSignal;
  readonly toolStarted: () => void;
  readonly toolEnded: () => void;
}

export function createControl(): LifeControl {
  const turn = new AbortController();
  let life: Life = { status: "starting" };
  const listeners: (() => void)[] = [];
  let running = 0;

  const settle = (): void => {
    if (life.status === "stopping" && (life.hard || running === 0)) turn.abort();
  };
  return {
    subscribe: (listener) => {
      listeners.push(listener);
    },
    life: () => life,
    isStopping: () => life.status === "stopping" || life.status === "stopped",
    turn: turn.signal,
    dispatch: (event) => {
      const before = life;
      life = step(life, event);
      if (life === before) return;
      settle();
      for (const listener of listeners) listener();
    },
    toolStarted: () => {
      running++;
    },
    // A reply may hold several calls that wait for one another: at a stop the next of them is not begun.
    toolEnded: () => {
      running--;
      settle();
    },
  };
}
