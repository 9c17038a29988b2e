import { onTestFinished } from "vitest";
import { connect } from "../../src/mcp/connect.ts";
import { openServer, type Server } from "../../src/mcp/server.ts";
import { type ServerEntry, serverConfig } from "../../src/mcp/server-config.ts";
import type { Confined } from "../../src/runtime/confinement.ts";
import { surroundingsOf } from "../../src/runtime/connector-surroundings.ts";
import { watchLeaks } from "./leaks.ts";
import type { WallsWorld } from "./walls-world.ts";

let tags = 0;

export interface ConfinedHere {
  readonly server: Server;
  readonly tag: Readonly<Record<string, string>>;
  readonly log: () => string;
}

/** A server as a member starts it, behind the wall. */
export function confinedServer(entry: ServerEntry, world: WallsWorld, confined: Confined): ConfinedHere {
  const TROUPE_TEST_ID = watchLeaks(world.dir);
  const tag = { TROUPE_CONNECTOR: `confined-${process.pid}-${++tags}` };
  const { host, dir, walls } = world;
  let said = "";
  const server = openServer(serverConfig("toy", entry, {}).config, {
    around: {
      ...surroundingsOf({ confined }, { host, dir, walls, marks: { TROUPE_TEST_ID } }),
      tag,
      log: (text) => {
        said += `${text}\n`;
      },
    },
    clock: () => performance.now(),
    connect,
    limits: { restarts: 0 },
  });
  onTestFinished(server.close);
  return { server, tag, log: () => said };
}
