import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { scriptedClient } from "../support/scripted-client.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const PROGRAM = join(import.meta.dirname, "../fixtures/agent-process.mjs");
const Event = z.looseObject({ type: z.string() });

interface AgentProcess {
  readonly child: ChildProcess;
  /** Every line of stdout as an event, once the process has ended; a line that is none fails. */
  readonly ended: Promise<{ events: z.infer<typeof Event>[]; stderr: string }>;
}

function startAgent(args: readonly string[]): AgentProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ANTHROPIC_LOG: "debug" },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  const closed = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  const ended = closed.then(() => ({
    events: Buffer.concat(out)
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => Event.parse(JSON.parse(line))),
    stderr: Buffer.concat(err).toString(),
  }));
  return { child, ended };
}

test("an agent process works with all its tools on the scripted model, and its stdout is its own", async () => {
  const dir = tempFolder();
  const { model } = await scriptedClient(`
- text: build it
  say: I begin.
  call:
    - { tool: Write, input: { file_path: src/add.js, content: "export const add = (a, b) => a - b;\\n" } }
    - { tool: Bash, input: { command: "echo 'node:test' > notes.txt" } }
  next:
    - call: [{ tool: Edit, input: { file_path: src/add.js, old_string: "a - b", new_string: "a + b" } }]
    - call:
        - { tool: Read, input: { file_path: src/add.js } }
        - { tool: Glob, input: { pattern: "**/*" } }
        - { tool: Grep, input: { pattern: "a . b" } }
        - { tool: Bash, input: { command: "cat notes.txt; exit 3" } }
    - say: Built.
`);

  const { events, stderr } = await startAgent([
    `${model.url}/a/ada`,
    dir,
    join(tempFolder(), "log"),
    "build it",
  ]).ended;

  const ended = z
    .array(z.looseObject({ name: z.string(), text: z.string(), isError: z.boolean() }))
    .parse(events.filter(({ type }) => type === "tool_ended"));
  expect(ended.map(({ name, text, isError }) => ({ name, text, isError })).slice(0, 3)).toEqual([
    { name: "Write", text: "Created src/add.js (36 bytes).", isError: false },
    { name: "Bash", text: "[exit code 0]", isError: false },
    { name: "Edit", text: "Edited src/add.js (1 place).", isError: false },
  ]);
  expect(
    Object.fromEntries(ended.slice(3).map(({ name, text }) => [name, text.split("\n").toSorted()])),
  ).toEqual({
    Read: ["", "export const add = (a, b) => a + b;"],
    Glob: ["notes.txt", "src/add.js"],
    Grep: ["src/add.js:1:export const add = (a, b) => a + b;"],
    Bash: ["[exit code 3]", "node:test"],
  });
  expect(events.at(-1)).toEqual({ type: "turn_ended", reason: "done", detail: null });
  expect(model.requests().map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  // The SDK's log is there, on stderr; the announcement of Node's glob is not.
  expect(stderr).toContain("request");
  expect(stderr).not.toContain("ExperimentalWarning");
});

test("I9 an agent that is killed in the middle of a command goes on from its transcript, and is told", async () => {
  const dir = tempFolder();
  const transcript = join(tempFolder(), "log");
  const { model } = await scriptedClient(`
- text: build it
  call: [{ tool: Bash, input: { command: "sh -c 'echo $PPID' > pid; sleep 300" } }]
  next:
    - result: 'Interrupted: the process ended'
      say: I look what came of it.
`);
  const args = [`${model.url}/a/ada`, dir, transcript];
  const first = startAgent([...args, "build it"]);
  const pidFile = join(dir, "pid");
  const shell = Number(
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").trim(), { within: 10_000 }),
  );
  onTestFinished(() => void process.kill(-shell, "SIGKILL"));

  first.child.kill("SIGKILL");
  await first.ended;
  const { events } = await startAgent(args).ended;

  const said = events.filter(({ type }) => type === "text").map((event) => event["delta"]);
  expect(said.join("")).toBe("I look what came of it.");
  expect(events.at(-1)).toEqual({ type: "turn_ended", reason: "done", detail: null });
});
