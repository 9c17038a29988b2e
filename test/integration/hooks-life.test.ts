import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costs } from "../../src/runtime/cost.ts";
import { createTask } from "../../src/team/tasks.ts";
import { memberProcess } from "../support/member-process.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";
import { writePermissive } from "../support/permissive.ts";
import { until } from "../support/until.ts";

const shell = { definition: { tools: ["Bash"] } };
const WORK = `
  ada:
    - text: '/Is it safe\\?/'
      times: any
      say: '{"ok": true}'
    - text: '/claimed task #(?<task>\\d+)/'
      call: [{ tool: Bash, input: { command: "env > env.txt" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "\${task}", status: completed } }]
        - say: Done.
    - times: any
      say: Resting.
`;

async function work(members: MemberTeam): Promise<void> {
  await createTask(members.team, "user", { subject: "Look" });
  await memberProcess(members, "ada");
  await until(async () => (await members.team.readOn()).tasks.values().next().value?.status === "completed", {
    within: 15_000,
    what: "the task is done",
  });
}

function modesTold({ dir }: MemberTeam): readonly unknown[] {
  const log = join(dir, "hooks.log");
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as Record<string, unknown>)["permission_mode"]);
}

test("a SessionStart hook's exports reach the commands of the member, but for what is not a hook's to set", async () => {
  const members = await memberTeam(WORK, { lead: {}, ada: shell });
  const exports = [
    'export GREETING="hello from a hook"',
    'export PATH="$PATH:/opt/of-hook"',
    "export ANTHROPIC_API_KEY=mine",
    "export TROUPE_AGENT=lead",
    "export WHO=$(whoami)",
  ];
  const command = `cat > /dev/null; cat >> "$CLAUDE_ENV_FILE" <<'END'\n${exports.join("\n")}\nEND`;
  const none = `[ -z "\${CLAUDE_ENV_FILE+x}" ] || touch has-file`;
  writePermissive(members.workspace.configDir, {
    hooks: {
      SessionStart: [{ hooks: [{ type: "command", command }] }],
      PreToolUse: [{ hooks: [{ type: "command", command: none }] }],
    },
  });

  await work(members);

  const env = readFileSync(join(members.dir, "env.txt"), "utf8");
  expect(env).toContain("GREETING=hello from a hook\n");
  expect(env).toMatch(/^PATH=.+:\/opt\/of-hook$/m);
  expect(env).not.toContain("TROUPE_AGENT=lead");
  expect(env).not.toContain("ANTHROPIC_API_KEY");
  expect(env).not.toMatch(/^WHO=/m);
  expect(existsSync(join(members.dir, "has-file"))).toBe(false);
});

test("hooks are told the mode that the gate judges by: that of the settings, and of a person's word since", async () => {
  const members = await memberTeam(WORK, { lead: {}, ada: shell });
  const keep = { type: "command", command: 'cat >> "$CLAUDE_PROJECT_DIR/hooks.log"' };
  writePermissive(members.workspace.configDir, {
    permissions: { defaultMode: "acceptEdits", allow: ["Bash"] },
    hooks: { PreToolUse: [{ hooks: [keep] }], SessionStart: [{ hooks: [keep] }] },
  });

  await work(members);

  expect(new Set(modesTold(members))).toEqual(new Set(["acceptEdits"]));
});

test("the tokens of a prompt hook are the member's, and fill no context", async () => {
  const members = await memberTeam(WORK, { lead: {}, ada: shell });
  writePermissive(members.workspace.configDir, {
    hooks: { PreToolUse: [{ matcher: "Bash", hooks: [{ type: "prompt", prompt: "Is it safe?" }] }] },
  });

  await work(members);
  // Two answers of the model for the work, one for the hook, and what it says at last.
  const { total, agents } = await until(
    async () => {
      const all = await costs(members.team);
      return members.asked() >= 4 && all.total.calls === members.asked() && all;
    },
    { within: 10_000, what: "every request is counted" },
  );
  expect(agents).toMatchObject([{ key: "ada", calls: total.calls }]);
  expect(readFileSync(join(members.dir, "env.txt"), "utf8")).not.toBe("");
});
