import { join } from "node:path";
import { expect, test } from "vitest";
import { whatRuns } from "../../../src/runtime/trust-runs.ts";
import { settingsWorld } from "../../support/settings-world.ts";

test("L21 whatever a folder could start or loosen is shown, of whatever shape it is", async () => {
  const { host, project, put } = settingsWorld();
  const settings = put(join(project, ".claude/settings.json"), {
    permissions: {
      allow: ["Bash(npm *)"],
      deny: ["Read"],
      additionalDirectories: ["../lib"],
      defaultMode: "acceptEdits",
    },
    hooks: {
      Stop: [
        {
          hooks: [
            { type: "command", command: "notify" },
            { type: "novel", x: 1 },
          ],
        },
      ],
      Odd: "text",
    },
    env: { NODE_OPTIONS: "--require evil" },
    sandbox: { enabled: false, excludedCommands: ["docker *"] },
  });
  const servers = put(join(project, ".mcp.json"), {
    mcpServers: { a: { command: "npx", args: ["-y", "thing"] }, b: { url: "https://b" }, c: 7 },
  });
  const team = put(join(project, ".claude/team.json"), { verify: { command: "npm test" }, members: [] });

  const { runs, problems } = await whatRuns(host, project);

  expect(problems).toEqual([]);
  expect(runs.map(({ kind, what, file }) => [kind, what, file])).toEqual([
    ["hook", "Stop: notify", settings],
    ["hook", 'Stop: {"type":"novel","x":1}', settings],
    ["hook", 'Odd: "text"', settings],
    ["allow", "Bash(npm *)", settings],
    ["folder", "../lib", settings],
    ["mode", "acceptEdits", settings],
    ["environment", "NODE_OPTIONS", settings],
    ["unconfined", "no sandbox", settings],
    ["unconfined", "docker *", settings],
    ["server", "a: npx -y thing", servers],
    ["server", "b: https://b", servers],
    ["server", "c: 7", servers],
    ["verify", "npm test", team],
  ]);
});

test("a file that cannot be shown is a problem", async () => {
  const { host, project, put } = settingsWorld();
  put(join(project, ".claude/settings.json"), "{");
  put(join(project, ".mcp.json"), '{"mcpServers": [');

  const { problems } = await whatRuns(host, project);

  expect(problems.map(({ file }) => file)).toEqual([
    join(project, ".claude/settings.json"),
    join(project, ".mcp.json"),
  ]);
});
