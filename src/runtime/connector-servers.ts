import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cutText } from "../mcp/remote-tool.ts";
import { openServer, type Server } from "../mcp/server.ts";
import { serverConfig } from "../mcp/server-config.ts";
import { instanceTag, teamTag } from "./child-env.ts";
import { configFolder } from "./config-folder.ts";
import { type ConnectorLog, openConnectorLog } from "./connector-log.ts";
import { connectorSecrets } from "./connector-secrets.ts";
import { surroundingsOf } from "./connector-surroundings.ts";
import type { FoundConnector } from "./find-connectors.ts";
import type { MemberJob } from "./member-job.ts";
import { type ProgramWalls, programWalls } from "./program-walls.ts";
import type { SettingsInForce } from "./settings.ts";

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

export interface ServersPlace {
  /** The member's working folder. */
  readonly dir: string;
  /** What the team keeps of the member: where the logs go. */
  readonly folder: string;
  readonly settings: SettingsInForce;
}

interface Place extends ServersPlace {
  readonly walls: ProgramWalls;
  readonly number: number;
}

function startServer(
  { team, instance, clock, redactor, onTrouble }: MemberJob,
  found: FoundConnector,
  { dir, folder, walls, number }: Place,
): { readonly server: Server; readonly log: ConnectorLog } {
  const { host } = team;
  const { name } = found;
  const { config, missing } = serverConfig(name, found.entry, host.env);
  for (const variable of missing) onTrouble(new Error(`connector ${name}: \${${variable}} is not set`));
  redactor.add(connectorSecrets(config));
  const path = join(folder, `mcp-${name.replaceAll(/[^A-Za-z0-9_-]/g, "_")}.log`);
  const log = openConnectorLog(path, redactor.hide, onTrouble);
  const marks = { ...teamTag(configFolder(host), team.name), ...instanceTag(instance) };
  const server = openServer(config, {
    around: {
      ...surroundingsOf(found, { host, dir, walls, marks }),
      tag: { TROUPE_CONNECTOR: `${instance}-${number}` },
      log: log.write,
    },
    clock,
    // Loaded for those who have a server: it takes longer than most commands run.
    connect: async (...all) => (await import("../mcp/connect.ts")).connect(...all),
  });
  return { server, log };
}

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
