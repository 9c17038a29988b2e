import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { distrustFolder, isTrusted, openTrust, trustFolder } from "../../../src/runtime/trust.ts";
import { settingsWorld } from "../../support/settings-world.ts";

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
