import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { runCommand } from "../../src/agent/tools/run-command.ts";
import { noSandbox } from "../../src/base/sandbox.ts";
import { MemberName, Role, TeamName } from "../../src/protocol/names.ts";
import { childBackend } from "../../src/spawn/child-backend.ts";
import { cliDesk } from "../support/cli-process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PATH = "/usr/bin:/bin";

test("E6 no name of a team, a member or a role begins like an option", () => {
  fc.assert(
    fc.property(fc.string(), (rest) => {
      for (const schema of [TeamName, MemberName, Role])
        expect(schema.safeParse(`-${rest}`).success).toBe(false);
    }),
  );
});

test("E6 a folder and arguments named like options reach a started process as they are", async () => {
  const cwd = join(tempFolder(), "-rf");
  mkdirSync(cwd);
  const outputPath = join(cwd, "--output");

  const { exited } = await childBackend().start({
    argv: ["sh", "-c", 'pwd; printf "%s\\n" "$@"', "sh", "-rf", "--", "--help"],
    cwd,
    env: { PATH },
    outputPath,
  });

  expect(await exited).toEqual({ code: 0 });
  expect(readFileSync(outputPath, "utf8")).toBe(`${cwd}\n-rf\n--\n--help\n`);
});

test("E6 a command of an agent runs in a folder named like an option, and one that begins like an option is no option of the shell", async () => {
  const dir = join(tempFolder(), "--norc");
  mkdirSync(dir);
  writeFileSync(join(dir, "-rf"), "kept");
  const run = (command: string): ReturnType<typeof runCommand> =>
    runCommand(
      { command, dir, env: { PATH }, timeoutMs: 10_000, sandbox: noSandbox() },
      new AbortController().signal,
    );

  const listed = await run("pwd; ls");
  const option = await run("-c id");

  expect(listed).toMatchObject({ how: "exited", code: 0, output: `${dir}\n-rf\n` });
  expect(option).toMatchObject({ how: "exited", code: 127 });
  expect(readdirSync(dir)).toEqual(["-rf"]);
});

test("E6 behind -- a text on the command line is a text, whatever it looks like", async () => {
  const desk = await cliDesk();
  await desk.troupe(["create", "dashes"]);

  const added = await desk.troupe(["task", "add", "--team", "dashes", "--", "-rf"]);
  const listed = await desk.troupe(["task", "list", "--team", "dashes"]);

  expect(added).toMatchObject({ exit: 0 });
  expect(listed.stdout).toMatch(/#1 .*-rf/);
});
