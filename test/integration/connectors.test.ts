import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { liveness } from "../../src/base/process-identity.ts";
import type { ServerEntry } from "../../src/mcp/server-config.ts";
import { stopTagged } from "../../src/spawn/stop-process.ts";
import {
  configure,
  connectorTools,
  folderOf,
  logOf,
  ready,
  requests,
  send,
  serversOf,
} from "../support/connector-team.ts";
import { everything, filesystem, hostile } from "../support/mcp-servers.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

test("an agent finds a tool of a connector with ToolSearch, calls it and reads its result", {
  timeout: 60_000,
}, async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /add them up/
      call: [{ tool: ToolSearch, input: { query: "sum of two numbers" } }]
      next:
        - result: /^Loaded. .*mcp__everything__get-sum/
          call: [{ tool: mcp__everything__get-sum, input: { a: 40, b: 2 } }]
        - result: /42/
          say: It is 42.
`,
    { ada: {} },
  );
  await configure(members, { everything, files: filesystem(members.dir) });
  await memberProcess(members, "ada");
  await ready(members, "everything", "files");

  await send(members, "Please add them up.");

  await until(() => members.asked() === 3, { within: 20_000, what: "three requests" });
  const [first, second, third] = requests(members);
  const asText = JSON.stringify(first?.messages);
  expect(asText).toContain("mcp__everything__get-sum");
  expect(asText).toContain("# MCP Server Instructions");
  expect(JSON.stringify(first?.system)).not.toContain("Everything Server");
  expect(first && connectorTools(first)).toEqual(["ToolSearch"]);
  expect(second && connectorTools(second)).toContain("mcp__everything__get-sum");
  expect(JSON.stringify(third?.messages.at(-1))).toContain("The sum of 40 and 2 is 42.");
  const pins: unknown = JSON.parse(readFileSync(join(folderOf(members), "connectors.json"), "utf8"));
  expect(pins).toEqual({
    v: 1,
    tools: { "mcp__everything__get-sum": expect.stringMatching(/^[0-9a-f]{64}$/) as string },
  });
  expect(statSync(join(folderOf(members), "connectors.json")).mode & 0o777).toBe(0o600);
});

test("a loaded tool is there after a restart, what was told is not told again, and servers end with the agent", {
  timeout: 60_000,
}, async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /load it/
      call: [{ tool: ToolSearch, input: { query: "select:mcp__everything__echo" } }]
      next:
        - say: Loaded.
    - text: /use it/
      call: [{ tool: mcp__everything__echo, input: { message: again } }]
      next:
        - result: /Echo. again/
          say: Used.
`,
    { ada: {} },
  );
  await configure(members, { everything, files: filesystem(members.dir) });
  const former = await memberProcess(members, "ada");
  await ready(members, "everything", "files");
  await send(members, "Please load it.");
  await until(() => members.asked() === 2, { within: 20_000 });

  await former.terminate();

  expect(await serversOf(members)).toEqual([]);

  rmSync(logOf(members, "everything"));
  rmSync(logOf(members, "files"));
  await memberProcess(members, "ada");
  await ready(members, "everything", "files");
  await send(members, "Please use it.");

  await until(() => members.asked() === 4, { within: 20_000 });
  const last = requests(members).at(-1);
  expect(last && connectorTools(last)).toEqual(["ToolSearch", "mcp__everything__echo"]);
  expect(JSON.stringify(last?.messages).split("# MCP Server Instructions")).toHaveLength(2);
});

test("J8 the servers of an agent that was killed end by themselves, and what ignores that is found by its instance", {
  timeout: 60_000,
}, async () => {
  const members = await memberTeam("\n  ada: []\n", { ada: {} });
  await configure(members, { everything, stubborn: hostile("children") });
  const { kill, instance } = await memberProcess(members, "ada");
  const servers = await until(
    async () => {
      const found = await serversOf(members);
      return found.length === 4 && found;
    },
    { within: 20_000, what: "both servers and what they started" },
  );

  await kill();

  const isGood = (env: ReadonlyMap<string, string>): boolean =>
    env.get("TROUPE_CONNECTOR") === `${instance}-0`;
  const [good] = servers.filter(({ env }) => isGood(env));
  await until(async () => good !== undefined && (await liveness(good.identity)) === "dead", {
    within: 10_000,
  });
  const left = await serversOf(members);
  expect(left.every(({ env }) => env.get("TROUPE_INSTANCE") === instance)).toBe(true);
  await stopTagged({ TROUPE_INSTANCE: instance });
  expect(await serversOf(members)).toEqual([]);
});

test("few tools are loaded at once; a server that hangs or crashes delays nothing", {
  timeout: 60_000,
}, async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /do it/
      call: [{ tool: mcp__good__do_it, input: { env: true } }]
      next:
        - say: Done.
`,
    { ada: {} },
  );
  await configure(members, {
    good: { ...hostile("good"), env: { OWN: "${UNSET:-1}" } },
    mute: hostile("mute"),
    crash: hostile("crash"),
  });
  const started = performance.now();
  await members.start("ada");
  await ready(members, "good");

  await send(members, "Please do it.");
  await until(() => members.asked() === 2, { within: 20_000 });

  expect(performance.now() - started).toBeLessThan(9_000);
  const [first, second] = requests(members);
  expect(first && connectorTools(first)).toEqual(["ToolSearch", "mcp__good__do_it"]);
  const result = JSON.stringify(second?.messages.at(-1));
  expect(result).toContain(String.raw`\"OWN\":\"1\"`);
  expect(result).not.toContain("ANTHROPIC");
  expect(existsSync(logOf(members, "crash"))).toBe(true);
});

test("L21 what a folder brings is not started before the folder is trusted and the server approved", async () => {
  const members = await memberTeam("\n  ada:\n    - say: Hello.\n", { ada: {} });
  const marker = join(members.dir, "started");
  const touch: ServerEntry = { command: "/usr/bin/touch", args: [marker] };
  mkdirSync(join(members.dir, ".claude"));
  writeFileSync(join(members.dir, ".mcp.json"), JSON.stringify({ mcpServers: { touch } }));
  writeFileSync(
    join(members.dir, ".claude/settings.json"),
    JSON.stringify({ enableAllProjectMcpServers: true }),
  );
  await members.start("ada");

  await send(members, "Hi.");
  await until(() => members.asked() === 1);

  expect(existsSync(marker)).toBe(false);
  expect(requests(members).map(connectorTools)).toEqual([[]]);
});
