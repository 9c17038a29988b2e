import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { connectorTool } from "../../src/mcp/connector-tool.ts";
import type { Server } from "../../src/mcp/server.ts";
import { hostile, type ServerHere, serverHere } from "../support/mcp-servers.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const never = new AbortController().signal;
const unspilt = (): Promise<string> => Promise.resolve("/spilled");

/** Calls the first tool of a server, as the agent would. */
async function call({ server }: ServerHere, input: unknown = {}, signal = never) {
  await until(() => server.tools().length > 0, { within: 15_000, what: "its tools are known" });
  const [remote] = server.tools();
  if (remote === undefined) throw new Error("no tool");
  return connectorTool(remote, server, unspilt, () => Promise.resolve()).run(input, signal);
}

function statusOf(server: Server): string {
  return server.state().status;
}

test("J5 a server that ends at its start is started three more times and then unavailable; nobody waits for it", async () => {
  const here = serverHere(hostile("crash"));
  await here.server.tried;

  await until(() => statusOf(here.server) === "unavailable", { within: 15_000 });

  expect(here.log().match(/gone: it ended before it was ready: exit code 3/g)).toHaveLength(4);
  expect(await here.server.reach(never)).toBe("it ended before it was ready: exit code 3");
});

test("J5 a program that is not there is said by its name", async () => {
  const { server } = serverHere({ command: "/no/such/program" }, { limits: { restarts: 0 } });
  await server.tried;

  expect(JSON.stringify(server.state())).toContain(
    "/no/such/program cannot be started: there is no such program",
  );
});

test("J5 a server that dies in a call is started again, and the call that broke off is not made twice", async () => {
  const file = join(tempFolder(), "died");
  const here = serverHere(hostile("dies", file));

  const broken = await call(here, { n: 1 });
  const next = await call(here, { n: 2 });

  expect(broken).toEqual({
    text: "The connector toy broke off during the call: MCP error -32000: Connection closed. It may or may not have had its effect: look before you call it again.",
    isError: true,
  });
  expect(next).toEqual({ text: 'done {"n":2}', isError: false });
});

test("J5 a server that is unavailable is tried again by the first call after the window", async () => {
  let now = 0;
  const file = join(tempFolder(), "there");
  const { server } = serverHere(hostile("absent", file), {
    clock: () => now,
    limits: { restarts: 1, windowMs: 1_000, backoffMs: 1 },
  });
  await until(() => statusOf(server) === "unavailable", { within: 15_000 });
  writeFileSync(file, "");

  const within = await server.reach(never);
  now = 2_000;
  const after = await server.reach(never);

  expect(within).toBe("it ended before it was ready: exit code 3");
  expect(after).toMatchObject({ instructions: undefined });
  expect(server.tools().map(({ name }) => name)).toEqual(["mcp__toy__do_it"]);
});

test("J5 a call whose server is gone says so in its result", async () => {
  const here = serverHere(hostile("dies", join(tempFolder(), "died")), { limits: { restarts: 0 } });
  await call(here);
  await until(() => statusOf(here.server) === "unavailable");

  expect(await call(here)).toEqual({
    text: "mcp__toy__do_it is unavailable: the connector toy does not run (exit code 1). Go on without it, or tell whoever can mend it.",
    isError: true,
  });
});

test("J6 a server that does not answer its initialization is given up", { timeout: 40_000 }, async () => {
  const here = serverHere(hostile("mute"), { limits: { restarts: 0 } });
  const started = performance.now();

  await here.server.tried;

  expect(performance.now() - started).toBeLessThan(25_000);
  expect(here.server.state()).toEqual({ status: "unavailable", why: "no answer within 10 s" });
});

test("J6 a call without an answer ends at its limit, the server is told, and goes on when it still answers", async () => {
  const file = join(tempFolder(), "sent");
  const here = serverHere({ ...hostile("hang", file), timeout: 1_000 });

  const result = await call(here);

  expect(result).toEqual({
    text: "mcp__toy__do_it gave no answer within 1 s, and was told to stop. It may or may not have had its effect: look before you call it again.",
    isError: true,
  });
  await until(() => readFileSync(file, "utf8").includes("notifications/cancelled\nping"));
  expect(statusOf(here.server)).toBe("ready");
});

test("J6 a server that answers nothing at all after a call is ended and started again", {
  timeout: 40_000,
}, async () => {
  const here = serverHere({ ...hostile("deaf"), timeout: 1_000 });
  await call(here);

  await until(() => here.log().includes("gone: "), { within: 20_000 });
  await until(() => statusOf(here.server) === "ready", { within: 15_000 });

  expect(here.log()).toContain("it answers nothing any more: ended");
});

test("an interruption ends the call at once, and the server is told", async () => {
  const file = join(tempFolder(), "sent");
  const here = serverHere(hostile("hang", file));
  const control = new AbortController();
  const running = call(here, {}, control.signal);
  await until(() => here.server.tools().length > 0);
  await until(() => readFileSync(file, "utf8").includes("tools/call"));

  control.abort();

  expect((await running).text).toBe("The call was interrupted. It may or may not have had its effect.");
  await until(() => readFileSync(file, "utf8").includes("notifications/cancelled"));
});

test("J7 lines that are no messages are dropped and counted, and after five the server is disconnected", async () => {
  const here = serverHere(hostile("stray"), { limits: { restarts: 0 } });

  const results = [];
  for (let n = 1; n <= 3; n++) results.push((await call(here, { n })).text);
  await until(() => statusOf(here.server) === "unavailable");

  // Initialization, list and two calls are four; with the third call it is out.
  expect(results.slice(0, 2)).toEqual(['done {"n":1}', 'done {"n":2}']);
  expect(here.server.state()).toMatchObject({
    why: "disconnected: 5 times something that is no message came",
  });
  expect(here.log()).toContain("dropped: a line that is no message (1 of 5)");
});

test("J7 an answer of more than 10 MB is dropped, and whoever waits for it is told at once", async () => {
  const here = serverHere(hostile("huge"));

  const result = await call(here);

  expect(result.isError).toBe(true);
  expect(result.text).toContain("the answer was longer than 10485760 bytes and was dropped");
  expect(statusOf(here.server)).toBe("ready");
});

test("J7 a line of 1 GB ends the server before it has filled anything", async () => {
  const here = serverHere(hostile("flood"), { limits: { restarts: 0 } });
  await until(() => here.server.tools().length > 0, { within: 15_000 });
  const before = process.memoryUsage().rss;

  const result = await call(here);

  expect(result.isError).toBe(true);
  await until(() => statusOf(here.server) === "unavailable", { within: 15_000 });
  expect(here.log()).toContain("disconnected: 5 times");
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test("J8 a server that ignores its end is killed with all that it started, in its group and out of it", async () => {
  const here = serverHere(hostile("children"));
  await until(() => here.server.tools().length > 0, { within: 15_000 });
  const found = await until(async () => {
    const seen = await taggedProcesses({ TROUPE_CONNECTOR: here.tag });
    return seen.length === 3 && seen;
  });

  await here.server.close();

  expect(found).toHaveLength(3);
  expect(await taggedProcesses({ TROUPE_CONNECTOR: here.tag })).toEqual([]);
});

test("J8 L5 a server gets the variables it was given, its own, and nothing of ours", async () => {
  const here = serverHere(
    { ...hostile("good"), env: { TOKEN: "${SECRET}", PLAIN: "1" } },
    {},
    { SECRET: "s3cret" },
  );

  const { text } = await call(here, { env: true });

  const env = z.record(z.string(), z.string()).parse(JSON.parse(text));
  expect(Object.keys(env).toSorted()).toEqual([
    "PATH",
    "PLAIN",
    "TOKEN",
    "TROUPE_CONNECTOR",
    "TROUPE_TEST_ID",
  ]);
  expect(env).toMatchObject({ TOKEN: "s3cret", PLAIN: "1" });
});
