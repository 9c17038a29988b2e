import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { compute } from "../../../src/cli/demo-compute.ts";
import { demoHost } from "../../../src/cli/demo-place.ts";
import { Flags } from "../../../src/cli/flags.ts";
import { DemoEndOutput } from "../../../src/cli/output.ts";
import { openScreen } from "../../../src/cli/screen.ts";
import { cliWorld } from "../../support/cli-world.ts";

function nothing(): void {
  return undefined;
}

/** What the demo's last step says about `expression`, with a program of one line in place of the built one. */
async function computed(program: string, expression: string, flags: Partial<Flags> = {}) {
  const world = cliWorld();
  mkdirSync(join(world.project, "bin"));
  writeFileSync(join(world.project, "bin/calc.js"), program);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, onSignal: nothing, offSignal: nothing, die: nothing };
  const all = Flags.parse(flags);
  const host = world.host();
  const context = { host, io, flags: all, screen: openScreen(io, all, host) };
  const exit = await compute(context, world.project, expression, new AbortController().signal);
  return { exit, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

test("the result is the last line", async () => {
  const { exit, stdout, stderr } = await computed("console.log(process.argv[2] + '!')", "-3+4");

  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("-3+4!");
});

test("a mistake is told by the built program, and its exit code is the demo's", async () => {
  const { exit, stdout, stderr } = await computed(
    "console.error('error: at position 2'); process.exitCode = 3",
    "2*",
  );

  expect({ exit, stderr }).toEqual({ exit: 3, stderr: "error: at position 2\n" });
  expect(stdout).toContain('$ node bin/calc.js "2*"');
});

test("with --json the result is one object", async () => {
  const good = await computed("console.log(9)", "3*3", { json: true });
  const bad = await computed("console.error('no'); process.exitCode = 1", "3*", { json: true });

  expect(DemoEndOutput.parse(JSON.parse(good.stdout))).toMatchObject({ exit: 0, result: "9", error: null });
  expect(DemoEndOutput.parse(JSON.parse(bad.stdout))).toMatchObject({ exit: 1, result: null, error: "no" });
});

test("a program that is not there is trouble, not a result", async () => {
  const { exit, stderr } = await computed("import('./nothing.js')", "1");

  expect(exit).toBe(1);
  expect(stderr).toContain("ERR_MODULE_NOT_FOUND");
});

test("the demo's world has none of the user's keys and teams", () => {
  const world = cliWorld();
  const env = {
    ANTHROPIC_AUTH_TOKEN: "secret",
    TROUPE_TEAM: "mine",
    TROUPE_AGENT: "ada",
    CLAUDE_X: "1",
    LANG: "C",
  };
  const host = demoHost(world.host({ env }), { project: "/p", config: "/c" }, "http://127.0.0.1:1");

  expect(host.cwd).toBe("/p");
  expect(host.env).toEqual({
    PATH: process.execPath,
    LANG: "C",
    CLAUDE_CONFIG_DIR: "/c",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    ANTHROPIC_API_KEY: "scripted-model-no-key",
  });
});

test("demo takes an expression that begins with a minus, and refuses an unknown flag", async () => {
  expect(await cliWorld().troupe(["demo", "--kep"])).toMatchObject({ exit: 2, stdout: "" });
});
