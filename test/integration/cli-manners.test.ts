import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type CliDesk, cliDesk } from "../support/cli-process.ts";
import { shell } from "../support/cli-shell.ts";
import { containing } from "../support/cli-world.ts";
import { until } from "../support/until.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/troupe.js");

async function desk(): Promise<CliDesk> {
  const one = await cliDesk();
  await one.troupe(["create", "hello", "--member", "ada"]);
  return one;
}

test("G11 a reader that goes away ends a command quietly with 0", async () => {
  const one = await desk();
  for (let count = 0; count < 30; count++) await one.troupe(["task", "add", `Task ${count}`]);

  expect(shell(one, "set -o pipefail; troupe task list | head -1")).toMatchObject({ exit: 0, stderr: "" });
  expect(shell(one, "set -o pipefail; troupe timeline --json | true")).toMatchObject({ exit: 0, stderr: "" });
});

test("G11 a command that goes on ends when its reader goes away", async () => {
  const one = await desk();
  const child = spawn(process.execPath, [PROGRAM, "timeline", "--follow"], {
    cwd: one.project,
    env: one.env,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let code: number | null | undefined;
  child.once("exit", (exit) => {
    code = exit;
  });
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));

  child.stdout.destroy();
  await one.troupe(["send", "ada", "hello"]);

  await until(() => code !== undefined, { within: 5_000 });
  expect(code).toBe(0);
});

test("G11 a closed stdin is an empty one", async () => {
  const one = await desk();

  expect(shell(one, "troupe task add Docs --description - <&-").exit).toBe(0);
  expect(shell(one, "troupe rm hello </dev/null")).toMatchObject({
    exit: 2,
    stderr: containing("nobody can be asked"),
  });
});

test("an output that cannot be written is trouble, not silence", async () => {
  expect(shell(await desk(), "troupe task list --json > /dev/full")).toMatchObject({
    exit: 1,
    stderr: containing("the output could not be written"),
  });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("G12 %s ends a command that follows, with %i", async (name, exit) => {
  const one = await desk();
  const follow = one.start(["timeline", "--follow"]);
  await until(() => follow.stdout().includes("joins"));

  follow.child.kill(name);

  expect(await follow.ended).toBe(exit);
  expect(follow.stderr()).toBe("");
});

test("what comes is shown while a command follows", async () => {
  const one = await desk();
  const follow = one.start(["timeline", "--follow", "--json"]);
  const inbox = one.start(["inbox", "ada", "--follow"]);
  await until(() => follow.stdout().includes("agent.joined"));

  await one.troupe(["send", "ada", "hello"]);

  await until(() => follow.stdout().includes('"message.sent"') && inbox.stdout().includes("hello"));
  follow.child.kill("SIGINT");
  inbox.child.kill("SIGINT");
  expect(await Promise.all([follow.ended, inbox.ended])).toEqual([130, 130]);
});

test("a base URL that answers HTML is a finding of doctor", async () => {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const one = await desk();

  const doctor = one.start(["doctor", "--json"], { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` });

  expect(await doctor.ended).toBe(1);
  expect(doctor.stdout()).toContain("answers 200 with text/html, not with JSON");
});

test("claims of many processes at once: each task has one owner, and every loser hears 5", async () => {
  const one = await desk();
  await one.troupe(["task", "add", "Only one"]);
  await one.troupe(["join", "bob"]);

  const ends = await Promise.all(Array.from({ length: 6 }, () => one.start(["task", "claim", "1"]).ended));

  expect(ends.filter((exit) => exit === 0)).toHaveLength(1);
  expect(ends.filter((exit) => exit === 5)).toHaveLength(5);
});
