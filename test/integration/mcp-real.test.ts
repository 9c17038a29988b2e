import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectorTool } from "../../src/mcp/connector-tool.ts";
import type { ServerEntry } from "../../src/mcp/server-config.ts";
import {
  everything,
  everythingOnPort,
  filesystem,
  type ServerHere,
  serverHere,
} from "../support/mcp-servers.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const never = new AbortController().signal;
const unspilt = (): Promise<string> => Promise.resolve("/spilled");

async function call({ server }: ServerHere, name: string, input: unknown = {}) {
  const remote = server.tools().find(({ remoteName }) => remoteName === name);
  if (remote === undefined) throw new Error(`no tool ${name}: ${JSON.stringify(server.state())}`);
  return connectorTool(remote, server, unspilt, () => Promise.resolve()).run(input, never);
}

async function ready(entry: ServerEntry): Promise<ServerHere> {
  const here = serverHere(entry);
  await until(() => here.server.state().status === "ready", {
    within: 20_000,
    what: "the server is ready",
  });
  return here;
}

test("the reference server over stdio: tools, results of every kind, roots, declined questions", async () => {
  const here = await ready(everything);
  const { server, dir } = here;

  expect(server.instructions()).toContain("Everything Server");
  const echo = server.tools().find(({ remoteName }) => remoteName === "echo");
  expect(echo).toMatchObject({
    name: "mcp__toy__echo",
    description: "Echoes back the input string",
    isReadOnly: true,
    inputSchema: { type: "object", required: ["message"] },
  });
  expect(await call(here, "echo", { message: "hé" })).toEqual({ text: "Echo: hé", isError: false });
  expect(await call(here, "get-sum", { a: 1, b: "x" })).toMatchObject({ isError: true });
  expect((await call(here, "get-tiny-image")).text).toMatch(/\[image, image\/png, \d+ bytes: not shown\]/);
  expect((await call(here, "get-structured-content", { location: "Chicago" })).text).toContain(
    '"temperature"',
  );
  expect((await call(here, "get-resource-reference")).text).toMatch(/\[resource demo:.*, text\/plain\]\n/);
  expect((await call(here, "get-resource-links")).text).toContain("[link to resource demo:");
  expect((await call(here, "get-roots-list")).text).toContain(`file://${dir}`);
  expect((await call(here, "trigger-elicitation-request")).text).toMatch(/declin/i);
  expect(server.tools().map(({ remoteName }) => remoteName)).not.toContain("trigger-sampling-request");
});

test("the reference server over streamable HTTP, found by its configuration", async () => {
  const here = await ready({ type: "http", url: await everythingOnPort("streamableHttp") });

  expect(await call(here, "echo", { message: "far" })).toEqual({ text: "Echo: far", isError: false });
  expect((await call(here, "trigger-long-running-operation", { duration: 0.2, steps: 2 })).text).toContain(
    "completed",
  );
});

test("a server that speaks the older SSE only is reached as http too, and as sse", async () => {
  const url = await everythingOnPort("sse");

  const fallback = await ready({ type: "http", url });
  const direct = await ready({ type: "sse", url });

  expect(fallback.log()).toContain("no streamable HTTP here; trying SSE");
  expect((await call(fallback, "echo", { message: "1" })).text).toBe("Echo: 1");
  expect((await call(direct, "echo", { message: "2" })).text).toBe("Echo: 2");
});

test("L17 a URL of a private network is refused before anything is sent", async () => {
  const here = serverHere({ type: "http", url: "http://169.254.169.254/mcp" }, { limits: { restarts: 0 } });
  await here.server.tried;

  expect(JSON.stringify(here.server.state())).toContain(
    "169.254.169.254 is an address of this machine or its network",
  );
});

test("the file system server works in the member's folder, its root, and its refusal is an error the model reads", async () => {
  const here = await ready(filesystem(tempFolder()));
  const file = join(here.dir, "a.txt");
  writeFileSync(file, "hello");
  await until(async () => (await call(here, "list_allowed_directories")).text.includes(here.dir));

  expect((await call(here, "read_text_file", { path: file })).text).toBe("hello");
  await call(here, "write_file", { path: join(here.dir, "b.txt"), content: "new" });
  expect(readFileSync(join(here.dir, "b.txt"), "utf8")).toBe("new");
  const refused = await call(here, "read_text_file", { path: "/etc/passwd" });
  expect(refused.isError).toBe(true);
  expect(refused.text).toContain("Access denied");
});
