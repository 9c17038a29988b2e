import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InstanceId, MemberName, TeamName } from "../../../src/protocol/names.ts";
import { childEnv, shellEnv, withSafeGit } from "../../../src/runtime/child-env.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const names = {
  team: TeamName.parse("calc"),
  instance: InstanceId.parse("inst01"),
  configDir: "/home/me/.claude",
};

test("a process gets what is on the list and who it is, and no secret of the user's shell", () => {
  const env = childEnv(
    {
      PATH: "/bin",
      HOME: "/home/me",
      LC_ALL: "C",
      ANTHROPIC_API_KEY: "key",
      TROUPE_LOG: "debug",
      GIT_AUTHOR_NAME: "me",
      https_proxy: "http://proxy",
      AWS_SECRET_ACCESS_KEY: "no",
      GITHUB_TOKEN: "no",
      SSH_AUTH_SOCK: "no",
      NODE_OPTIONS: "--inspect",
      LD_PRELOAD: "no",
      UNSET: undefined,
    },
    { ...names, agent: MemberName.parse("ada") },
  );

  expect(env).toEqual({
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C",
    ANTHROPIC_API_KEY: "key",
    TROUPE_LOG: "debug",
    GIT_AUTHOR_NAME: "me",
    https_proxy: "http://proxy",
    CLAUDE_CONFIG_DIR: "/home/me/.claude",
    TROUPE_TEAM: "calc",
    TROUPE_AGENT: "ada",
    TROUPE_INSTANCE: "inst01",
  });
});

test("a process of a team started inside another agent is not that agent", () => {
  const outer = {
    TROUPE_TEAM: "outer",
    TROUPE_AGENT: "bob",
    TROUPE_INSTANCE: "outer1",
    TROUPE_ONLY: "bob",
    CLAUDE_CONFIG_DIR: "/elsewhere",
  };

  expect(childEnv(outer, names)).toEqual({
    CLAUDE_CONFIG_DIR: "/home/me/.claude",
    TROUPE_TEAM: "calc",
    TROUPE_INSTANCE: "inst01",
  });
});

test("L5 shells of an agent get what is on their list, and what trusted settings name", () => {
  const env = {
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C",
    COLORTERM: "truecolor",
    TROUPE_AGENT: "ada",
    TROUPE_INSTANCE: "inst01",
    TROUPE_STORE: "nats://user:secret@host",
    TROUPE_SANDBOX: "off",
    ANTHROPIC_API_KEY: "key",
    ANTHROPIC_BASE_URL: "http://x",
    HTTPS_PROXY: "http://user:secret@proxy",
    GIT_AUTHOR_NAME: "me",
    NODE_OPTIONS: "--inspect",
  };

  expect(shellEnv(env, { GOPATH: "/go", ANTHROPIC_API_KEY: "key", PATH: "/own" })).toEqual({
    PATH: "/own",
    HOME: "/home/me",
    LC_ALL: "C",
    COLORTERM: "truecolor",
    TROUPE_AGENT: "ada",
    TROUPE_INSTANCE: "inst01",
    GOPATH: "/go",
  });
});

test("git in a shell obeys no folder that only looks like a repository", () => {
  const dir = tempFolder();
  const env = { PATH: "/usr/bin:/bin", HOME: dir };
  execFileSync("git", ["init", "--quiet", "--bare", "."], { cwd: dir, env });
  execFileSync("git", ["config", "core.bare", "false"], { cwd: dir, env });
  execFileSync("git", ["config", "core.worktree", "."], { cwd: dir, env });
  execFileSync("git", ["config", "core.fsmonitor", "touch ran; false"], { cwd: dir, env });
  const status = (given: Readonly<Record<string, string>>) =>
    spawnSync("git", ["status"], { cwd: dir, env: given, encoding: "utf8" }).stderr;

  expect(status(withSafeGit(env))).toContain("cannot use bare repository");
  expect(existsSync(join(dir, "ran"))).toBe(false);
  status(env);
  expect(existsSync(join(dir, "ran"))).toBe(true);
});

test("a configuration that settings give to git stays theirs", () => {
  const env = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "a.b", GIT_CONFIG_VALUE_0: "c" };

  expect(withSafeGit(env)).toEqual(env);
});

test("the model of subagents is told to the processes that choose by it, and to nothing that agents start", () => {
  const env = { CLAUDE_CODE_SUBAGENT_MODEL: "haiku" };

  expect(childEnv(env, names)).toMatchObject(env);
  expect(shellEnv(env)).toEqual({});
});
