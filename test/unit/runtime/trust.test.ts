import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mergedSettings } from "../../../src/runtime/settings-merge.ts";
import { agreeTo, distrustFolder, isTrusted, openTrust, trustFolder } from "../../../src/runtime/trust.ts";
import { whatRuns } from "../../../src/runtime/trust-runs.ts";
import { type SettingsWorld, settingsWorld } from "../../support/settings-world.ts";

test("a folder is a stranger until it is trusted, and then whatever is below it is not", async () => {
  const { host, project, config } = settingsWorld();
  const below = join(project, "packages/a");
  mkdirSync(below, { recursive: true });
  mkdirSync(`${project}-copy`);

  expect(await isTrusted(host, project)).toBe(false);

  expect(await trustFolder(host, project)).toBe(true);
  expect(await trustFolder(host, project)).toBe(false);
  expect(await isTrusted(host, project)).toBe(true);
  expect(await isTrusted(host, below)).toBe(true);
  expect(await isTrusted(host, `${project}-copy`)).toBe(false);

  expect(await distrustFolder(host, project)).toBe(true);
  expect(await isTrusted(host, below)).toBe(false);
  expect(JSON.parse(readFileSync(join(config, "troupe.json"), "utf8"))).toEqual({ trustedFolders: [] });
});

test("what else troupe.json holds stays", async () => {
  const { host, project, config, put } = settingsWorld();
  const path = put(join(config, "troupe.json"), {
    prices: { opus: 5 },
    trustedFolders: ["/srv/b"],
    keys: {},
  });

  await trustFolder(host, project);

  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    prices: { opus: 5 },
    trustedFolders: ["/srv/b", project].toSorted(),
    keys: {},
  });
});

test.each(["", ".", "project"])("D11 a record of %j trusts nothing: it names no folder", async (odd) => {
  const { host, project, config, put } = settingsWorld();
  put(join(config, "troupe.json"), { trustedFolders: [odd] });
  put(join(host.home, ".claude.json"), { projects: { [odd]: { hasTrustDialogAccepted: true } } });

  expect(await isTrusted(host, project)).toBe(false);
});

test("D11 a folder is recorded also where another stands twice", async () => {
  const { host, project, config, put } = settingsWorld();
  put(join(config, "troupe.json"), { trustedFolders: ["/srv/b", "/srv/b"] });

  expect(await trustFolder(host, project)).toBe(true);
  expect(await isTrusted(host, project)).toBe(true);
  expect(await distrustFolder(host, "/srv/c")).toBe(false);
});

test("a link is not trusted for where it lies, and what it leads to is", async () => {
  const { host, project } = settingsWorld();
  const [stranger, link] = [`${project}-stranger`, join(project, "link")];
  mkdirSync(stranger);
  symlinkSync(stranger, link);

  await trustFolder(host, project);
  expect(await isTrusted(host, link)).toBe(false);

  await trustFolder(host, link);
  expect(await isTrusted(host, stranger)).toBe(true);
});

test("who said yes to Claude Code said it to the same question", async () => {
  const { host, project, put } = settingsWorld();
  const other = `${project}-other`;
  mkdirSync(other);
  put(join(host.home, ".claude.json"), {
    projects: {
      [project]: { hasTrustDialogAccepted: true, x: 1 },
      [other]: { hasTrustDialogAccepted: false },
    },
    numStartups: 3,
  });

  expect(await isTrusted(host, project)).toBe(true);
  expect(await isTrusted(host, join(project, "src"))).toBe(true);
  expect(await isTrusted(host, other)).toBe(false);
  expect((await openTrust(host)).folders).toEqual([]);
});

test("with CLAUDE_CONFIG_DIR Claude Code's record lies in that folder", async () => {
  const { host, project, put } = settingsWorld();
  const config = join(host.home, "elsewhere");
  mkdirSync(config);
  put(join(config, ".claude.json"), { projects: { [project]: { hasTrustDialogAccepted: true } } });

  expect(await isTrusted(host, project)).toBe(false);
  expect(await isTrusted({ ...host, env: { CLAUDE_CONFIG_DIR: config } }, project)).toBe(true);
});

test("a process of a team, which always has CLAUDE_CONFIG_DIR set, finds Claude Code's record where the user's is", async () => {
  const { host, project, config, put } = settingsWorld();
  put(join(host.home, ".claude.json"), { projects: { [project]: { hasTrustDialogAccepted: true } } });

  expect(await isTrusted({ ...host, env: { CLAUDE_CONFIG_DIR: config } }, project)).toBe(true);
});

test("home and the root of the disk are too wide, whoever trusts them", async () => {
  const { host, project, put } = settingsWorld();
  const cloned = join(host.home, "cloned");
  mkdirSync(cloned);
  put(join(host.home, ".claude.json"), {
    projects: { [host.home]: { hasTrustDialogAccepted: true }, "/": { hasTrustDialogAccepted: true } },
  });

  await expect(trustFolder(host, host.home)).rejects.toMatchObject({ code: "usage" });
  await expect(trustFolder(host, "/")).rejects.toMatchObject({ code: "usage" });
  expect(await isTrusted(host, host.home)).toBe(true);
  expect(await isTrusted(host, cloned)).toBe(false);
  expect(await isTrusted(host, project)).toBe(false);
});

test.each([
  ["cut", '{"trustedFolders": ["/srv', 1],
  ["of another kind", '{\n"trustedFolders": "/"}', 1],
])("D1 a file that is %s trusts nothing, is told, and is not written over", async (_, content, line) => {
  const { host, project, config, put } = settingsWorld();
  const file = put(join(config, "troupe.json"), content);

  const trust = await openTrust(host);

  expect(trust.covers(project)).toBe(false);
  expect(trust.problems).toMatchObject([{ file, line, isFatal: false }]);
  await expect(trustFolder(host, project)).rejects.toMatchObject({ code: "bad_settings" });
  expect(readFileSync(file, "utf8")).toBe(content);
});

const hookOf = (command: string): object => ({
  hooks: { Stop: [{ matcher: "x", hooks: [{ type: "command", command }] }] },
});

async function pinsOf({ host, project }: SettingsWorld): Promise<readonly string[]> {
  return (await whatRuns(host, project)).runs.map(({ pin }) => pin);
}

describe("L21 trust is in what was shown, not in whatever the folder says later", () => {
  const settings = ".claude/settings.json";

  test("what is added or changed is a stranger's until it is agreed to, and it is told without quoting it", async () => {
    const world = settingsWorld();
    const { host, project, put, read } = world;
    put(join(project, settings), { permissions: { allow: ["Bash(npm *)"] }, ...hookOf("fmt") });
    await trustFolder(host, project, await pinsOf(world));

    expect((await read()).files.map(({ isTrusted: is }) => is)).toEqual([true]);

    put(join(project, settings), {
      permissions: { allow: ["Bash(npm *)"], deny: ["Read"] },
      ...hookOf("evil"),
    });
    const changed = await read();

    expect(changed.files.map(({ isTrusted: is }) => is)).toEqual([false]);
    expect(changed.problems).toEqual([
      {
        file: join(project, settings),
        line: undefined,
        what: "has changed since its folder was trusted, and can only forbid until you agree: 1 hook",
        hint: `troupe trust ${project}`,
        isFatal: false,
      },
    ]);
    expect(mergedSettings(changed)).toMatchObject({ permissions: { deny: ["Read"] } });
    expect(mergedSettings(changed).hooks).toBeUndefined();

    expect(await trustFolder(host, project, await pinsOf(world))).toBe(true);
    expect((await read()).files.map(({ isTrusted: is }) => is)).toEqual([true]);
  });

  test.each([
    [
      "when the hook runs",
      { hooks: { Stop: [{ matcher: "y", hooks: [{ type: "command", command: "fmt" }] }] } },
    ],
    ["a value of the environment", { ...hookOf("fmt"), env: { PATH: "/evil" } }],
    ["a word that loosens", { ...hookOf("fmt"), enableAllProjectMcpServers: true }],
    ["the sandbox's network", { ...hookOf("fmt"), sandbox: { network: { allowedDomains: ["*"] } } }],
    ["hooks of others, turned off", { ...hookOf("fmt"), disableAllHooks: true }],
    ["fewer questions", { ...hookOf("fmt"), askAfterUntrustedText: false }],
  ])("%s is such a change", async (_, content) => {
    const world = settingsWorld();
    const { host, project, put, read } = world;
    put(join(project, settings), hookOf("fmt"));
    await trustFolder(host, project, await pinsOf(world));

    put(join(project, settings), content);

    expect((await read()).files.map(({ isTrusted: is }) => is)).toEqual([false]);
  });

  test.each([
    ["less than it said", { permissions: { ask: ["Bash"] } }],
    ["more that forbids", { ...hookOf("fmt"), permissions: { deny: ["Bash"], defaultMode: "plan" } }],
    ["what troupe does not read", { ...hookOf("fmt"), theme: "dark" }],
    ["sandbox lists that deny", { ...hookOf("fmt"), sandbox: { network: { deniedDomains: ["x"] } } }],
  ])("%s is none", async (_, content) => {
    const world = settingsWorld();
    const { host, project, put, read } = world;
    put(join(project, settings), hookOf("fmt"));
    await trustFolder(host, project, await pinsOf(world));

    put(join(project, settings), content);

    expect((await read()).files.map(({ isTrusted: is }) => is)).toEqual([true]);
  });

  test("the same words in a copy of the project below it are trusted, others are not", async () => {
    const world = settingsWorld();
    const { host, project, put, read } = world;
    put(join(project, settings), hookOf("fmt"));
    await trustFolder(host, project, await pinsOf(world));
    const copy = join(project, ".claude/worktrees/ada");
    mkdirSync(join(copy, ".git"), { recursive: true });
    put(join(copy, settings), hookOf("fmt"));

    expect((await read(copy)).files.map(({ isTrusted: is }) => is)).toEqual([true]);

    put(join(copy, settings), hookOf("evil"));

    expect((await read(copy)).files.map(({ isTrusted: is }) => is)).toEqual([false]);
  });

  test("a record of an older version, and Claude Code's own, pin nothing: whatever the folder says counts", async () => {
    const { host, project, put, read } = settingsWorld();
    await trustFolder(host, project);
    put(join(project, settings), hookOf("evil"));

    expect((await read()).files.map(({ isTrusted: is }) => is)).toEqual([true]);
    expect((await openTrust(host)).isPinned(project)).toBe(false);
  });

  test("a yes to a team file trusts that of it, and nothing else of its folder", async () => {
    const { host, project, put, read } = settingsWorld();
    put(join(project, settings), hookOf("fmt"));
    await agreeTo(host, project, ["a"]);

    const { agreed, covers } = await openTrust(host);

    expect([agreed(project, ["a"]), agreed(project, ["a", "b"]), covers(project)]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await read()).files.map(({ isTrusted: is }) => is)).toEqual([false]);

    await distrustFolder(host, project);

    expect((await openTrust(host)).agreed(project, ["a"])).toBe(false);
  });
});
