import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorkspace } from "../../../src/runtime/workspace.ts";
import { hostAt } from "../../fixtures/agent-stand-in-plan.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test.each([
  { home: "", env: {}, says: "HOME is" },
  { home: "/", env: {}, says: "HOME is" },
  { home: "relative", env: {}, says: "HOME is" },
  {
    home: "/nowhere",
    env: { CLAUDE_CONFIG_DIR: "relative" },
    says: "CLAUDE_CONFIG_DIR gives no usable folder: relative is no absolute path",
  },
  {
    home: "/nowhere",
    env: { CLAUDE_CONFIG_DIR: "/" },
    says: "CLAUDE_CONFIG_DIR gives no usable folder: / is the root",
  },
  {
    home: "/nowhere",
    env: { CLAUDE_CONFIG_DIR: "/etc/passwd" },
    says: "CLAUDE_CONFIG_DIR gives no usable folder: /etc/passwd is no folder",
  },
  {
    home: "/etc/passwd",
    env: {},
    says: "HOME gives no usable folder: /etc/passwd/.claude cannot be looked at (ENOTDIR)",
  },
])("E13 home $home and $env: $says", ({ home, env, says }) => {
  expect(() => openWorkspace(hostAt(home, env))).toThrow(
    expect.objectContaining({ code: "state_dir", message: expect.stringContaining(says) as string }) as Error,
  );
});

test("an empty CLAUDE_CONFIG_DIR is none, and the folder may be a link", () => {
  const home = tempFolder();
  mkdirSync(join(home, "dotfiles"));
  symlinkSync(join(home, "dotfiles"), join(home, ".claude"));
  writeFileSync(join(home, "dotfiles/settings.json"), "{}");

  expect(openWorkspace(hostAt(home, { CLAUDE_CONFIG_DIR: "" })).configDir).toBe(join(home, ".claude"));
});
