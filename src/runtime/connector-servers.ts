import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cutText } from "../mcp/remote-tool.ts";
import { openServer, type Server } from "../mcp/server.ts";
import { serverConfig } from "../mcp/server-config.ts";
import { instanceTag, shellEnv, teamTag } from "./child-env.ts";
import { configFolder } from "./config-folder.ts";
import { type ConnectorLog, openConnectorLog } from "./connector-log.ts";
import type { FoundConnector } from "./find-connectors.ts";
import type { MemberJob } from "./member-job.ts";

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
  { dir, folder }: Pick<Place, "dir" | "folder">,
): ConnectorServers {
  const started = wanted.map((one, number) => startServer(job, one, { dir, folder, number }));
  const all = started.map(({ server }) => server);
  return {
    all,
    tried: firstTries(all),
    instructions: () => instructionsOf(all),
    close: async () => {
      await Promise.all(all.map((server) => server.close()));
      for (const { log } of started) log.close();
    },
  };
}

interface Place {
  /** The member's working folder. */
  readonly dir: string;
  /** Where its log goes. */
  readonly folder: string;
  readonly number: number;
}

function startServer(
  { team, instance, clock, onTrouble }: MemberJob,
  { name, entry }: FoundConnector,
  { dir, folder, number }: Place,
): { readonly server: Server; readonly log: ConnectorLog } {
  const { host } = team;
  const { config, missing } = serverConfig(name, entry, host.env);
  for (const variable of missing) onTrouble(new Error(`connector ${name}: \${${variable}} is not set`));
  const log = openConnectorLog(join(folder, `mcp-${name.replaceAll(/[^A-Za-z0-9_-]/g, "_")}.log`), onTrouble);
  const server = openServer(config, {
    around: {
      dir,
      env: {
        ...shellEnv(host.env),
        ...teamTag(configFolder(host), team.name),
        ...instanceTag(instance),
        CLAUDE_PROJECT_DIR: dir,
      },
      tag: { TROUPE_CONNECTOR: `${instance}-${number}` },
      hosts: listedHosts(host.env["TROUPE_ALLOW_HOSTS"]),
      log: log.write,
    },
    clock,
    // Loaded for those who have a server: it takes longer than most commands run.
    connect: async (...all) => (await import("../mcp/connect.ts")).connect(...all),
  });
  return { server, log };
}

function listedHosts(value = ""): ReadonlySet<string> {
  return new Set(
    value
      .split(",")
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ""),
  );
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

function instructionsOf(servers: readonly Server[]): ReadonlyMap<string, string> {
  return new Map(
    servers.flatMap((server) => {
      const text = cutText(server.instructions() ?? "");
      return text === "" ? [] : [[server.config.name, text] as const];
    }),
  );
}
