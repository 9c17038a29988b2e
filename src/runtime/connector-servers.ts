import { setTimeout as pause } from "node:timers/promises";
import { cutText } from "../mcp/remote-tool.ts";
import type { Server } from "../mcp/server.ts";
import type { FoundConnector } from "./find-connectors.ts";
import type { MemberJob } from "./member-job.ts";
import { programWalls } from "./program-walls.ts";
import { type StartPlace, startServer } from "./start-server.ts";

/** How long the first model call waits for servers to come up, in ms: a server that is slower is there with a later one. */
const FIRST_WAIT_MS = 2_000;

/** The servers of one agent process, each beginning to connect. */
export interface ConnectorServers {
  readonly all: readonly Server[];
  /** Resolves when every one has had its first try, or after the short bound. */
  readonly tried: Promise<void>;
  /** What they say about themselves, by name: cut, and safe to show. */
  readonly instructions: () => ReadonlyMap<string, string>;
  /** Answers when no process of theirs is left. */
  readonly close: () => Promise<void>;
}

/** Begins to connect to all of them, and answers at once; never throws for what becomes of one. `folder` takes their logs. */
export function openServers(
  job: MemberJob,
  wanted: readonly FoundConnector[],
  place: ServersPlace,
): ConnectorServers {
  const walls = programWalls({ ...place, host: job.team.host, agentFolder: place.folder });
  const started = wanted.map((one, number) => startServer(job, one, { ...place, walls, number }));
  const all = started.map(({ server }) => server);
  return {
    all,
    tried: firstTries(all),
    instructions: () => instructionsOf(all, job.redactor.hide),
    close: async () => {
      await Promise.all(all.map((server) => server.close()));
      for (const { log } of started) log.close();
    },
  };
}

/** Where they work. */
export type ServersPlace = Omit<StartPlace, "walls" | "number">;

/** Resolves when every server has had its first try, or after the short bound. */
async function firstTries(servers: readonly Server[]): Promise<void> {
  const over = new AbortController();
  const late = pause(FIRST_WAIT_MS, undefined, { signal: over.signal }).catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  await Promise.race([Promise.all(servers.map(({ tried }) => tried)), late]);
  over.abort();
}

function instructionsOf(
  servers: readonly Server[],
  hide: (text: string) => string,
): ReadonlyMap<string, string> {
  return new Map(
    servers.flatMap((server) => {
      const text = cutText(hide(server.instructions() ?? ""));
      return text === "" ? [] : [[server.config.name, text] as const];
    }),
  );
}
