import { setTimeout as pause } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import { type Deferred, deferred } from "./deferred.ts";
import type { RemoteTool } from "./remote-tool.ts";
import { countRestarts, type RestartLimits } from "./restarts.ts";
import type { ServerConfig } from "./server-config.ts";
import { type ServerTools, serverTools } from "./server-tools.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * One server over the life of the agent.
 *
 * starting: a connection is being made; the first state, and the one after each back-off.
 * ready: calls go through.
 * waiting: the connection could not be made or was lost, and the next try comes after the back-off.
 * unavailable: it was started again too often; a call after the window tries once more.
 * closed: the last state.
 */
export type ServerState =
  | { readonly status: "starting" }
  | { readonly status: "ready"; readonly connection: Connection }
  | { readonly status: "waiting"; readonly why: string }
  | { readonly status: "unavailable"; readonly why: string }
  | { readonly status: "closed" };

export interface Server {
  readonly config: ServerConfig;
  readonly state: () => ServerState;
  /** The last list it told, kept while it is gone: what the model was shown stays where it was. */
  readonly tools: () => readonly RemoteTool[];
  readonly instructions: () => string | undefined;
  /** Waits while it is starting or waiting; the connection, or why there is none. */
  readonly reach: (signal: AbortSignal) => Promise<Connection | string>;
  /** Resolves when the first connection was made or has failed. */
  readonly tried: Promise<void>;
  /** The connection does not answer any more: it is ended, and made anew. */
  readonly drop: (connection: Connection, why: string) => void;
  readonly close: () => Promise<void>;
}

/** Makes a connection; `onTools`: its list has changed. The signal gives it up. */
export type Connect = (
  config: ServerConfig,
  around: Surroundings,
  onTools: () => void,
  signal: AbortSignal,
) => Promise<Connection>;

export interface ServerDeps {
  readonly around: Surroundings;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  readonly connect: Connect;
  readonly limits?: Partial<RestartLimits>;
}

/** Begins to connect at once and never rejects: whatever becomes of a server, the agent goes on. */
export function openServer(config: ServerConfig, deps: ServerDeps): Server {
  const { log } = deps.around;
  const ending = new AbortController();
  const tried = deferred<void>();
  const restarts = countRestarts(deps.clock, deps.limits);
  const tools = serverTools(log);
  const instructions: { text?: string | undefined } = {};
  const place = statePlace();

  const live = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      place.become({ status: "starting" });
      const why = await liveOnce({ config, deps, tools }, ending.signal, (state) => {
        if (state.status === "ready") instructions.text = state.connection.instructions;
        place.become(state);
        tried.resolve();
      });
      log(`gone: ${why}`);
      const waitMs = restarts.nextInMs();
      place.become({ status: waitMs === undefined ? "unavailable" : "waiting", why });
      tried.resolve();
      if (waitMs === undefined) return;
      await pause(waitMs, undefined, { signal: ending.signal }).catch(ignoreAbort);
      restarts.note();
    }
  };
  let running = live();

  return {
    config,
    state: place.state,
    tools: tools.all,
    instructions: () => instructions.text,
    tried: tried.promise,
    reach: async (signal) => {
      if (place.state().status === "unavailable" && restarts.nextInMs() !== undefined) {
        restarts.note();
        running = live();
      }
      const state = await place.settled(signal);
      if (state.status === "ready") return state.connection;
      return state.status === "unavailable" ? state.why : "the call was interrupted";
    },
    drop: (connection, why) => {
      log(why);
      void closed(connection, log);
    },
    close: async () => {
      ending.abort();
      await running;
      place.become({ status: "closed" });
    },
  };
}

interface Parts {
  readonly config: ServerConfig;
  readonly deps: ServerDeps;
  readonly tools: ServerTools;
}

/** One connection from its beginning to its end; answers why it ended. */
async function liveOnce(
  { config, deps, tools }: Parts,
  signal: AbortSignal,
  become: (state: ServerState) => void,
): Promise<string> {
  const { log } = deps.around;
  let connection: Connection | undefined;
  const refresh = (): void => {
    if (connection !== undefined) tools.refresh(connection);
  };
  try {
    connection = await deps.connect(config, deps.around, refresh, signal);
    await tools.read(connection);
    log(`ready: ${tools.all().length} tools`);
    become({ status: "ready", connection });
    const why = await lostOrAborted(connection, signal);
    // Before it is cleared away: from now on no call goes there.
    become({ status: "waiting", why });
    return why;
  } catch (error) {
    return messageOf(error);
  } finally {
    if (connection !== undefined) await closed(connection, log);
  }
}

async function lostOrAborted({ lost }: Connection, signal: AbortSignal): Promise<string> {
  const aborted = deferred<string>();
  const abort = (): void => aborted.resolve("closed");
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([lost, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function closed(connection: Connection, log: (text: string) => void): Promise<void> {
  try {
    await connection.close();
  } catch (error) {
    // What is to be ended cannot be ended better than this.
    log(`it could not be closed: ${messageOf(error)}`);
  }
}

interface StatePlace {
  readonly state: () => ServerState;
  readonly become: (next: ServerState) => void;
  /** The state when it is neither starting nor waiting any more, or when the signal comes. */
  readonly settled: (signal: AbortSignal) => Promise<ServerState>;
}

function statePlace(): StatePlace {
  let state: ServerState = { status: "starting" };
  let change: Deferred<void> = deferred();
  return {
    state: () => state,
    become: (next) => {
      state = next;
      const before = change;
      change = deferred();
      before.resolve();
    },
    settled: async (signal) => {
      const aborted = deferred<void>();
      const abort = (): void => aborted.resolve();
      signal.addEventListener("abort", abort);
      try {
        while (isUnsettled(state) && !signal.aborted) await Promise.race([change.promise, aborted.promise]);
        return state;
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
  };
}

function isUnsettled(state: ServerState): boolean {
  if (state.status === "ready") return state.connection.isOver();
  return state.status === "starting" || state.status === "waiting";
}

function ignoreAbort(error: unknown): undefined {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
