import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runProgram } from "../../../src/runtime/hooks/hook-process.ts";
import type { ProgramWalls, WallNeeds } from "../../../src/runtime/program-walls.ts";
import { CALL, handlers, hooksOf, NEVER } from "../../support/hooks.ts";
import { HAS_BWRAP } from "../../support/sandbox-world.ts";
import { wallsWorld } from "../../support/walls-world.ts";

/** Runs a line of sh behind the wall; what it said. */
async function sh(walls: ProgramWalls, needs: WallNeeds, dir: string, line: string): Promise<string> {
  const end = await runProgram(
    {
      argv: ["/bin/bash", "-c", line],
      dir,
      env: { PATH: "/usr/bin:/bin", TROUPE_HOOK: "walls" },
      input: "",
      timeoutMs: 20_000,
      tag: { TROUPE_HOOK: "walls" },
      sandbox: await walls(needs),
    },
    NEVER,
  );
  return end.how === "exited" ? `${end.stdout}${end.stderr}exit ${end.code}` : JSON.stringify(end);
}

/** A port of this machine that answers; closed with the test. */
async function listening(): Promise<number> {
  const server = createServer((socket) => socket.end("hello\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe.skipIf(!HAS_BWRAP)("a wall around a program that is no command", () => {
  test("lets it write where commands do, unless folders are named, and read where it starts in any case", async () => {
    const { home, dir, walls } = wallsWorld();
    mkdirSync(join(home, "cache"));
    writeFileSync(join(dir, "here"), "text\n");
    const write = "cat here; touch mine; touch $HOME_OF_TEST/cache/mine";
    const line = write.replace("$HOME_OF_TEST", home);

    const usual = await sh(walls, {}, dir, line);
    const nowhere = await sh(walls, { allowWrite: [], stays: true }, dir, "cat here; touch other");
    const named = await sh(walls, { allowWrite: ["~/cache"] }, dir, `touch ${home}/cache/named; touch other`);

    expect(usual).toContain("text\n");
    expect(existsSync(join(dir, "mine"))).toBe(true);
    expect(nowhere).toMatch(/^text\n[\s\S]*Read-only file system/);
    expect(named).toContain("Read-only file system");
    expect(readdirSync(join(home, "cache"))).toEqual(["named"]);
    // Nothing is left of what was put into the folders for a while.
    expect(readdirSync(dir).toSorted()).toEqual(["here", "mine"]);
  });

  test("gives it the network when it is to have it, and hides the home, the journal and what others keep in /tmp", async () => {
    const { home, dir, walls } = wallsWorld();
    const port = await listening();
    writeFileSync(join(home, ".netrc"), "secret\n");
    const connect = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;

    expect(await sh(walls, { network: true }, dir, connect)).toBe("hello\nexit 0");
    expect(await sh(walls, {}, dir, connect)).toMatch(/exit 1$/);
    expect(await sh(walls, { network: true }, dir, `cat ${home}/.netrc; ls ${home}/.claude`)).not.toContain(
      "secret",
    );
  });

  test("takes away the limit of CPU time of what stays", async () => {
    const { dir, walls } = wallsWorld();

    expect(await sh(walls, {}, dir, "ulimit -t")).toBe("600\nexit 0");
    expect(await sh(walls, { allowWrite: [], stays: true }, dir, "ulimit -t")).toBe("unlimited\nexit 0");
  });

  test("a confined hook reads its transcript, writes in the work folder and nowhere else", async () => {
    const { home, dir, walls } = wallsWorld();
    const transcript = join(home, ".claude/teams/t/agents/ada/transcript-for-hooks.jsonl");
    writeFileSync(transcript, "the conversation\n");
    writeFileSync(join(home, ".claude/teams/t/agents/ada/secret"), "");
    const command = `cat >/dev/null; cat ${transcript} > seen; ls ${join(transcript, "..")} >> seen; touch ${home}/out || true; exit 0`;
    const config = handlers("PreToolUse", { type: "command", command, sandbox: true });
    const hooks = hooksOf(config, {
      walls,
      dir,
      common: () => Promise.resolve({ transcript_path: transcript }),
    });

    const said = await hooks.fire("PreToolUse", CALL, NEVER);

    expect(said.problems).toEqual([]);
    expect(readFileSync(join(dir, "seen"), "utf8")).toBe("the conversation\ntranscript-for-hooks.jsonl\n");
    expect(existsSync(join(home, "out"))).toBe(false);
  });

  test("a confined hook that takes too long is ended with everything behind the wall", async () => {
    const { dir, walls } = wallsWorld();
    const slow = { type: "command", command: "setsid sleep 1000 & sleep 1000", sandbox: true, timeout: 1 };
    const hooks = hooksOf(handlers("PreToolUse", slow), { walls, dir });

    const said = await hooks.fire("PreToolUse", CALL, NEVER);

    expect(said.problems.join()).toContain("it did not answer within 1 s");
  });
});

test("a policy hook that is to be confined refuses where there is no sandbox; another one is not run", async () => {
  const { dir, walls } = wallsWorld({ isThere: false });
  const touch = { type: "command", command: "touch ran", sandbox: true };
  const guard = hooksOf(handlers("PreToolUse", { ...touch, policy: true }), { walls, dir });
  const other = hooksOf(handlers("PreToolUse", touch), { walls, dir });

  const refused = await guard.fire("PreToolUse", CALL, NEVER);
  const passed = await other.fire("PreToolUse", CALL, NEVER);

  expect(refused.permission).toBe("deny");
  expect(refused.block).toContain("it is to run in a sandbox, and there is none here");
  expect(passed.permission).toBeUndefined();
  expect(passed.problems.join()).toContain("it is to run in a sandbox");
  expect(existsSync(join(dir, "ran"))).toBe(false);
});

test("who turned the sandbox off has none around hooks either", async () => {
  const { dir, walls } = wallsWorld({ isThere: false, env: { TROUPE_SANDBOX: "off" } });
  const hooks = hooksOf(handlers("PreToolUse", { type: "command", command: "touch ran", sandbox: true }), {
    walls,
    dir,
  });

  await hooks.fire("PreToolUse", CALL, NEVER);

  expect(existsSync(join(dir, "ran"))).toBe(true);
});
