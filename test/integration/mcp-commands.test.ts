import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { McpServerList, McpTestOutput } from "../../src/cli/output.ts";
import { openPins } from "../../src/mcp/pins.ts";
import { trustFolder } from "../../src/runtime/trust.ts";
import { fixtureTeam } from "../support/cli-team.ts";
import { type CliWorld, cliWorld } from "../support/cli-world.ts";
import { everything, hostile } from "../support/mcp-servers.ts";

const SECRET = "s3cret-of-the-tracker-0815";

/** Servers of the folder, approved by the user, who trusts it. */
async function configured(world: CliWorld, mcpServers: object, settings: object = {}): Promise<void> {
  world.write(".mcp.json", JSON.stringify({ mcpServers }));
  writeFileSync(
    join(world.config, "settings.json"),
    JSON.stringify({ enableAllProjectMcpServers: true, ...settings }),
  );
  await trustFolder(world.host(), world.project);
}

async function noneLeft(world: CliWorld): Promise<void> {
  expect(await taggedProcesses({ CLAUDE_CONFIG_DIR: world.config })).toEqual([]);
}

test("mcp list says of each server where it stands, whether agents start it, its rules, and no secret", async () => {
  const world = await fixtureTeam();
  const tracker = {
    type: "http",
    url: `https://user:${SECRET}@tracker.example/path-${SECRET}?key=${SECRET}`,
    headers: { Authorization: `Bearer ${SECRET}` },
  };
  const files = {
    command: "mcp-server-filesystem",
    args: ["--token", SECRET],
    env: { API_KEY: SECRET, OTHER: "${NOBODY_SET_IT}" },
    sandbox: { network: true },
  };
  await configured(
    world,
    { tracker, files, old: { command: "x" } },
    {
      disabledMcpjsonServers: ["old"],
      permissions: { deny: ["mcp__files__delete_*"], ask: ["mcp__*"], allow: ["mcp__tracker", "Bash(ls)"] },
    },
  );

  const shown = await world.troupe(["mcp", "list"]);
  const { stdout } = await world.troupe(["mcp", "list", "--json"]);

  const list = McpServerList.parse(JSON.parse(stdout));
  const members = ["lead", "builder", "reviewer"];
  const user = join(world.config, "settings.json");
  expect(list).toMatchObject([
    {
      name: "tracker",
      scope: "project",
      reach: "http: https://tracker.example",
      on: true,
      agents: members,
      rules: [
        { behavior: "ask", tools: "mcp__*", file: user },
        { behavior: "allow", tools: "mcp__tracker", file: user },
      ],
      headers: ["Authorization"],
    },
    {
      name: "files",
      reach: "stdio: mcp-server-filesystem",
      sandbox: { network: true, allowWrite: [] },
      rules: [{ behavior: "block", tools: "mcp__files__delete_*" }, { behavior: "ask" }],
      variables: ["API_KEY", "OTHER"],
      missing: ["NOBODY_SET_IT"],
    },
    { name: "old", on: false, off: "disabledMcpjsonServers names it" },
  ]);
  expect(shown.stdout).toContain("block mcp__files__delete_*");
  expect(shown.stdout).toContain("disabledMcpjsonServers names it");
  expect(`${shown.stdout}${shown.stderr}${stdout}`).not.toContain(SECRET);
});

test("mcp list tells what is not trusted and what is wrong, also where no team is", async () => {
  const world = cliWorld();
  world.write(
    ".mcp.json",
    JSON.stringify({ mcpServers: { good: { command: "x" }, bad: { url: "http://h" } } }),
  );

  const { exit, stdout, stderr } = await world.troupe(["mcp", "list"]);

  expect(exit).toBe(0);
  expect(stdout).toContain("is not trusted");
  expect(stderr).toContain("mcpServers.bad.type: a server with a url needs a type");
});

test("mcp test starts a server as an agent does and shows its tools, their size, and what was allowed before", async () => {
  const world = await fixtureTeam();
  await configured(world, { everything });
  const first = McpTestOutput.parse(
    JSON.parse((await world.troupe(["mcp", "test", "everything", "--json"])).stdout),
  );
  const folder = join(world.config, "teams/parser-build/agents/lead");
  mkdirSync(folder, { recursive: true });
  const pins = openPins(join(folder, "connectors.json"));
  await pins.pin("mcp__everything__echo", "another");
  await pins.pin("mcp__everything__get-sum", "0".repeat(64));

  const shown = await world.troupe(["mcp", "test", "everything"]);

  expect(first.server.name).toContain("everything");
  expect(first.tools.length).toBeGreaterThan(5);
  expect(first.tokens).toBeGreaterThan(500);
  expect(new Set(first.tools.map(({ pin }) => pin))).toEqual(new Set(["new"]));
  expect(shown.exit).toBe(0);
  expect(shown.stdout).toMatch(/mcp__everything__echo +~\d+ +yes, but changed since +Echoes back/);
  expect(shown.stdout).toMatch(/\d+ tools, about [\d.]+k? tokens/);
  await noneLeft(world);
});

test("J5 mcp test of a server that ends at its start shows its last words, exit 8, and hides what is secret", async () => {
  const world = await fixtureTeam();
  const script = `echo starting >&2; echo "token $TOKEN" >&2; exit 4`;
  await configured(world, { broken: { command: "/bin/sh", args: ["-c", script], env: { TOKEN: SECRET } } });

  const text = await world.troupe(["mcp", "test", "broken"]);
  const json = await world.troupe(["mcp", "test", "broken", "--json"]);

  expect(text.exit).toBe(8);
  expect(text.stderr).toContain("broken says: starting");
  expect(text.stderr).toContain("token ‹key›");
  expect(text.stderr).toContain("error: broken (stdio: /bin/sh): it ended before it was ready: exit code 4");
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: { code: "mcp_unreachable", retryable: true, details: { said: ["starting", "token ‹key›"] } },
  });
  expect(`${text.stderr}${json.stdout}`).not.toContain(SECRET);
});

test("J6 mcp test of a server that does not answer its initialization says so after 10 s, and ends it", {
  timeout: 40_000,
}, async () => {
  const world = await fixtureTeam();
  await configured(world, { mute: hostile("mute") });

  const { exit, stderr } = await world.troupe(["mcp", "test", "mute"]);

  expect({ exit, stderr }).toMatchObject({ exit: 8 });
  expect(stderr).toContain("it started, and did not answer within 10 s");
  await noneLeft(world);
});

test("mcp test starts nothing that no agent starts, and knows a name that is nearly right", async () => {
  const world = await fixtureTeam();
  world.write(
    ".mcp.json",
    JSON.stringify({ mcpServers: { files: { command: "touch", args: ["started"] } } }),
  );

  const untrusted = await world.troupe(["mcp", "test", "files"]);
  const near = await world.troupe(["mcp", "test", "fiels"]);
  await trustFolder(world.host(), world.project);
  const unapproved = await world.troupe(["mcp", "test", "files"]);
  const agent = await world.troupe(["mcp", "test", "files"], { env: { TROUPE_AGENT: "builder" } });

  expect(untrusted).toMatchObject({ exit: 6, stderr: expect.stringContaining("is not trusted") as string });
  expect(near).toMatchObject({ exit: 3, stderr: expect.stringContaining("did you mean files?") as string });
  expect(unapproved).toMatchObject({ exit: 6, stderr: expect.stringContaining("not approved") as string });
  expect(agent.exit).toBe(6);
});
