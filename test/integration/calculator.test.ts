import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readScript } from "../../src/scripted/read-script.ts";
import { runTeam, type TeamRun } from "../support/scripted-team.ts";
import { tempFolder } from "../support/temp-folder.ts";

const FOLDER = join(import.meta.dirname, "../../teams-fixtures/calculator");
const MEMBERS = ["lead", "lexer", "parser", "checker"];
const script = await readScript(join(FOLDER, "script.yaml"));

/** What the shell would say, from the files alone: quick enough for many orders of events. */
function pretendShell(command: string, dir: string): string {
  if (command !== "node --test") return "";
  const wrong = readFileSync(join(dir, "src/parser.js"), "utf8").includes("const right = sum();");
  return `# pass 17\n# fail ${wrong ? 3 : 0}\n`;
}

function expectFinished({ tasks, messages, report }: TeamRun): void {
  const once = ["in_progress", "completed"];
  expect(Object.fromEntries(tasks.map(({ subject, history }) => [subject, history]))).toEqual({
    "Set up the package": once,
    "Write down the grammar": once,
    "Write the lexer": once,
    "Write the parser": [...once, "pending", ...once],
    "Write the command line program": once,
    "Check the whole calculator": ["in_progress", "pending", ...once],
  });
  const between = messages.filter(({ from, to }) => from !== "lead" && to !== "lead");
  expect(between.map(({ from, to }) => `${from} to ${to}`).toSorted()).toEqual([
    "checker to parser",
    "lexer to checker",
    "lexer to parser",
    "parser to lexer",
  ]);
  expect(report).toContain("all tests pass");
}

test("the calculator's team builds a program that calculates, with a real shell", { timeout: 30_000 }, () => {
  const dir = tempFolder();

  const run = runTeam({ script, members: MEMBERS, dir, choose: () => 0 });

  expectFinished(run);
  const calc = (expression: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/calc.js", expression], {
      cwd: dir,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  expect(calc("2*(3+4)-5")).toEqual({ status: 0, stdout: "9\n", stderr: "" });
  expect(calc("8-3-2")).toEqual({ status: 0, stdout: "3\n", stderr: "" });
  expect(calc("2*(3+")).toEqual({
    status: 1,
    stdout: "",
    stderr: "error: expected a number, found the end at position 6\n",
  });
  const log = spawnSync("git", ["log", "--format=%s"], { cwd: dir, encoding: "utf8" }).stdout;
  expect(log.trim().split("\n").toSorted()).toEqual([
    "Add the command line program",
    "Add the lexer",
    "Add the parser",
    "Group sums and products from the left",
    "Set up the package",
    "Test the calculator as its users run it",
    "Write down the grammar",
  ]);
  expect(spawnSync("git", ["status", "--short"], { cwd: dir, encoding: "utf8" }).stdout).toBe("");
});

test("the parser's message makes the lexer write another lexer", () => {
  const dir = tempFolder();
  const versions: string[] = [];

  runTeam({
    script,
    members: MEMBERS,
    dir,
    choose: () => 0,
    shell: (command) => {
      if (command.includes("lexer")) versions.push(readFileSync(join(dir, "src/lexer.js"), "utf8"));
      return pretendShell(command, dir);
    },
  });

  expect(versions.map((text) => text.includes('"**"'))).toEqual([false, true, true]);
});

test("the team finishes in any order of events, tasks and messages together or apart", {
  timeout: 30_000,
}, () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), fc.boolean(), (numbers, together) => {
      const dir = tempFolder();
      const choose = (count: number): number => (numbers.next().value ?? 0) % Math.max(1, count);
      const run = runTeam({ script, members: MEMBERS, dir, choose, together, shell: pretendShell });
      expect(run.report).toContain("all tests pass");
      expectFinished(run);
    }),
    { numRuns: 80 },
  );
});

test("a check without a verdict is not reported as passed", () => {
  const run = runTeam({
    script,
    members: MEMBERS,
    dir: tempFolder(),
    choose: () => 0,
    shell: (command, dir) => (command === "node --test" ? "sh: node: not found" : pretendShell(command, dir)),
  });

  expect(run.tasks.at(-1)?.history).toEqual(["in_progress", "failed"]);
  expect(run.report).toBeUndefined();
});

test("delays add up to a run that can be read along and stays well under 40 s", () => {
  const delays = [...script.agents.values()].flat().flatMap((rule) => [rule, ...rule.sequel]);

  const total = delays.reduce((sum, step) => sum + step.reply.delayMs, 0);

  expect(total).toBeGreaterThan(12_000);
  expect(total).toBeLessThan(25_000);
});
