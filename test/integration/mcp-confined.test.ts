import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { connect } from "../../src/mcp/connect.ts";
import { connectorTool } from "../../src/mcp/connector-tool.ts";
import { openServer, type Server } from "../../src/mcp/server.ts";
import { type ServerEntry, serverConfig } from "../../src/mcp/server-config.ts";
import type { Confined } from "../../src/runtime/confinement.ts";
import { surroundingsOf } from "../../src/runtime/connector-surroundings.ts";
import { watchLeaks } from "../support/leaks.ts";
import { filesystem, hostile } from "../support/mcp-servers.ts";
import { HAS_BWRAP } from "../support/sandbox-world.ts";
import { until } from "../support/until.ts";
import { type WallsWorld, wallsWorld } from "../support/walls-world.ts";

const never = new AbortController().signal;
const unspilt = (): Promise<string> => Promise.resolve("/spilled");
let tags = 0;

interface Here {
  readonly server: Server;
  readonly tag: Readonly<Record<string, string>>;
  readonly log: () => string;
}

/** A server as a member starts it, behind the wall. */
function confinedServer(entry: ServerEntry, world: WallsWorld, confined: Confined): Here {
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

async function call({ server, log }: Here, tool: string, input: unknown) {
  await server.tried;
  const remote = server.tools().find(({ remoteName }) => remoteName === tool);
  if (remote === undefined) throw new Error(`no tool ${tool}: ${log()}`);
  return connectorTool(remote, server, unspilt, () => Promise.resolve()).run(input, never);
}

describe.skipIf(!HAS_BWRAP)("a confined server", () => {
  test("reads the work folder and writes nowhere, unless a folder is named", async () => {
    const world = wallsWorld();
    const path = join(world.dir, "note.txt");
    const write = { path, content: "hello" };

    const closed = await call(confinedServer(filesystem(world.dir), world, {}), "write_file", write);
    const open = confinedServer(filesystem(world.dir), world, { allowWrite: ["."] });
    const written = await call(open, "write_file", write);
    const hook = await call(open, "write_file", { path: join(world.dir, ".mcp.json"), content: "{}" });

    expect(closed.text).toContain("EROFS");
    expect(written).toMatchObject({ isError: false });
    expect(hook.isError).toBe(true);
    await open.server.close();
    // The stubs of protected paths went with the server.
    expect(readdirSync(world.dir)).toEqual(["note.txt"]);
  });

  test("J8 takes with it whatever it started, in its group and out of it", async () => {
    const here = confinedServer(hostile("children"), wallsWorld(), {});
    await until(async () => (await taggedProcesses(here.tag)).length >= 4, { within: 20_000 });

    await here.server.close();

    expect(await taggedProcesses(here.tag)).toEqual([]);
  });

  test("gets no more of the environment than an open one", async () => {
    const world = wallsWorld({ env: { ANTHROPIC_API_KEY: "sk-canary-1234567890123456" } });

    const { text } = await call(confinedServer(hostile("good"), world, {}), "do it", { env: true });

    expect(text).toContain("TROUPE_CONNECTOR");
    expect(text).not.toContain("sk-canary");
  });
});

test("J5 a server that is to be confined is not started where there is no sandbox, and says why", async () => {
  const world = wallsWorld({ isThere: false });
  const file = join(world.dir, "started");
  const here = confinedServer(hostile("changing", file), world, {});

  expect(await here.server.reach(never)).toContain("it is to run in a sandbox, and there is none here");
  expect(existsSync(file)).toBe(false);
});
