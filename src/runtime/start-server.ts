import { join } from "node:path";
import { openServer, type Server } from "../mcp/server.ts";
import { serverConfig } from "../mcp/server-config.ts";
import { instanceTag, teamTag } from "./child-env.ts";
import { configFolder } from "./config-folder.ts";
import { type ConnectorLog, openConnectorLog } from "./connector-log.ts";
import { connectorSecrets } from "./connector-secrets.ts";
import { surroundingsOf } from "./connector-surroundings.ts";
import type { FoundConnector } from "./find-connectors.ts";
import type { MemberJob } from "./member-job.ts";
import type { ProgramWalls } from "./program-walls.ts";
import type { SettingsInForce } from "./settings.ts";

export interface StartPlace {
  /** The member's working folder. */
  readonly dir: string;
  /** What the team keeps of the member: where the logs go. */
  readonly folder: string;
  readonly settings: SettingsInForce;
  readonly walls: ProgramWalls;
  /** Which of the member's servers it is. */
  readonly number: number;
}

/** Begins to connect; its secrets are known to the redactor before anything of it is written down. */
export function startServer(
  { team, instance, clock, redactor, onTrouble }: MemberJob,
  found: FoundConnector,
  { dir, folder, walls, number }: StartPlace,
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
