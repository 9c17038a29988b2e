import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { taggedProcesses } from "../../src/base/process-identity.ts";
import { DoctorOutput } from "../../src/cli/output.ts";
import { trustFolder } from "../../src/runtime/trust.ts";
import { fixtureTeam } from "../support/cli-team.ts";
import { everything, hostile } from "../support/mcp-servers.ts";

test("DR070 doctor tries the connectors of a team once, and looks at its policy hooks without running them", async () => {
  const world = await fixtureTeam();
  const mcpServers = {
    everything,
    broken: hostile("crash"),
    asks: { ...hostile("good"), env: { X: "${NOBODY_SET_IT}" } },
    off: { command: "touch", args: ["started"] },
  };
  world.write(".mcp.json", JSON.stringify({ mcpServers }));
  writeFileSync(
    join(world.config, "settings.json"),
    JSON.stringify({
      enabledMcpjsonServers: ["everything", "broken", "asks"],
      hooks: { PreToolUse: [{ hooks: [{ type: "command", command: "./gone.sh", policy: true }] }] },
    }),
  );
  await trustFolder(world.host(), world.project);

  const { stdout } = await world.troupe(["doctor", "--json"]);
  const agent = await world.troupe(["doctor", "--json"], { env: { TROUPE_AGENT: "builder" } });

  const { facts, findings } = DoctorOutput.parse(JSON.parse(stdout));
  const told = findings
    .filter(({ id }) => /^DR0[78]/.test(id))
    .map(({ id, severity, what }) => [id, severity, what]);
  expect(told).toEqual([
    [
      "DR070",
      "warning",
      expect.stringMatching(/^parser-build: broken \(stdio: .*\) does not answer: .*exit code 3/),
    ],
    ["DR071", "warning", "parser-build: asks names ${NOBODY_SET_IT}, which is not set"],
    ["DR072", "note", expect.stringContaining("off is configured and not started: not approved")],
    ["DR080", "warning", expect.stringContaining("cannot run: ./gone.sh is not there")],
  ]);
  expect(facts.some(({ text }) => /everything answers, \d+ tools/.test(text))).toBe(true);
  const ofAgent = DoctorOutput.parse(JSON.parse(agent.stdout));
  expect(ofAgent.findings.map(({ id }) => id)).not.toContain("DR070");
  expect(JSON.stringify(ofAgent.facts)).toContain("not tried by an agent");
  expect(await taggedProcesses({ CLAUDE_CONFIG_DIR: world.config })).toEqual([]);
});
