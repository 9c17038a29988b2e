import type { Host } from "../base/host.ts";
import type { Surroundings } from "../mcp/surroundings.ts";
import { configFolder } from "./config-folder.ts";
import { surroundingsOf } from "./connector-surroundings.ts";
import type { SeenConnector } from "./connector-view.ts";
import { programWalls } from "./program-walls.ts";

/** What a server is started with by somebody who only wants to look at it. */
export function visitorSurroundings(
  host: Host,
  seen: SeenConnector,
  log: (text: string) => void,
): Surroundings {
  const { settings, seat } = seen;
  const { dir, folder = configFolder(host) } = seat;
  const walls = programWalls({ host, dir, settings, agentFolder: folder });
  const marks = { CLAUDE_CONFIG_DIR: configFolder(host) };
  return {
    ...surroundingsOf(seen, { host, dir, walls, marks }),
    // As every process of a member has it: what it leaves behind is found by it.
    tag: { TROUPE_CONNECTOR: `try-${host.newId()}` },
    log,
  };
}
