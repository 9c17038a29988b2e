import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPolicy } from "../../../../src/runtime/hooks/check-policy.ts";
import { settingsWorld } from "../../../support/settings-world.ts";

/** A project with a guard that would leave a mark if it ran, and the user's policy hooks. */
async function check(...commands: readonly Readonly<Record<string, unknown>>[]) {
  const world = settingsWorld();
  const guard = join(world.project, ".claude/hooks/guard.sh");
  mkdirSync(join(guard, ".."), { recursive: true });
  writeFileSync(guard, "#!/bin/sh\ntouch ran\n");
  chmodSync(guard, 0o755);
  writeFileSync(join(world.project, "plain.txt"), "");
  const hooks = commands.map((fields) => ({ type: "command", policy: true, ...fields }));
  world.put(join(world.config, "settings.json"), { hooks: { PreToolUse: [{ hooks }] } });
  const host = { ...world.host, env: { PATH: "/usr/bin:/bin" } };
  const found = await checkPolicy(host, world.project, { managedFolder: world.managed });
  expect(existsSync(join(world.project, "ran"))).toBe(false);
  return found;
}

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  ["a file beside it", { command: ".claude/hooks/guard.sh --strict" }],
  ["by the project's variable", { command: '"$CLAUDE_PROJECT_DIR"/.claude/hooks/guard.sh' }],
  ["by the variable in braces", { command: "${CLAUDE_PROJECT_DIR}/.claude/hooks/guard.sh | cat" }],
  ["a program of PATH", { command: "LANG=C grep -q x" }],
  ["a word of the shell", { command: "[ -e x ] || exit 2" }],
  ["a loop", { command: "for i in 1 2; do touch ran; done" }],
  ["what only a run can tell", { command: "$(echo touch) ran" }],
  ["without a shell", { command: "/bin/cat", args: ["-"] }],
  ["no policy at all", { command: "/no/such", policy: false }],
])("DR080 a guard that could run is not run, and nothing is said: %s", async (_, handler) => {
  expect((await check(handler)).deaf).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
  ["a wrong path", { command: "./gaurd.sh" }, "./gaurd.sh is not there, or not executable"],
  ["no rights", { command: "./plain.txt" }, "./plain.txt is not there, or not executable"],
  ["no program", { command: "no-such-guard --x" }, "no-such-guard is not there, or not executable"],
  ["no program without a shell", { command: "/no/such", args: [] }, "/no/such is not there"],
  ["a line that no shell can read", { command: "if true; then" }, "/bin/sh cannot read it"],
  ["a field that is wrong", { command: "true", timeout: -1 }, "timeout"],
  ["a kind that is not run", { type: "agent", prompt: "look" }, "type agent are not supported"],
  ["asynchronous", { command: "true", async: true }, "cannot be async"],
])("DR080 a guard that refuses everything is found: %s", async (_, handler, why) => {
  const { deaf } = await check(handler);

  expect(deaf).toHaveLength(1);
  expect(deaf[0]?.why).toContain(why);
});
