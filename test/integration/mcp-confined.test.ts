import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { connectorTool } from "../../src/mcp/connector-tool.ts";
import { type ConfinedHere, confinedServer } from "../support/confined-server.ts";
import { filesystem, hostile } from "../support/mcp-servers.ts";
import { HAS_BWRAP } from "../support/sandbox-world.ts";
import { until } from "../support/until.ts";
import { wallsWorld } from "../support/walls-world.ts";

const never = new AbortController().signal;
const unspilt = (): Promise<string> => Promise.resolve("/spilled");

async function call({ server, log }: ConfinedHere, tool: string, input: unknown) {
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
