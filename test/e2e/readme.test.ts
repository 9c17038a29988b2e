import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { watchLeaks } from "../support/leaks.ts";
import { tempFolder } from "../support/temp-folder.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to its end with a temporary folder of its own, so that what it leaves there is seen. */
async function ends(file: string, args: readonly string[], tmp: string, testId: string): Promise<Ended> {
  // oxlint-disable-next-line node/no-process-env -- npm and git need the environment they were installed with
  const { CI: _, ...env } = process.env;
  const options = {
    cwd: root,
    env: { ...env, TMPDIR: tmp, CLAUDE_CONFIG_DIR: join(tmp, "claude"), TROUPE_TEST_ID: testId },
    timeout: 55_000,
  };
  try {
    return { exit: 0, ...(await run(file, [...args], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, stdout, stderr };
  }
}

function linesOf(text: string): readonly string[] {
  return text.trim().split("\n");
}

test("the README's commands are scripts of the package", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm (?:run )?(demo|test|bench|check)\b/g)].map(
    (match) => match[1] ?? "",
  );

  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test("npm run demo builds a program with four agents, which then computes the expression as the last line", async () => {
  const tmp = tempFolder();
  const testId = watchLeaks(tmp);

  const { exit, stdout } = await ends("npm", ["run", "--silent", "demo", "--", "2*(3+4)-5"], tmp, testId);

  const lines = linesOf(stdout);
  expect(exit).toBe(0);
  expect(lines[0]).toContain("scripted model, no AI");
  expect(lines.at(-1)).toBe("9");
  for (const name of ["lead", "lexer", "parser", "checker"])
    expect(stdout).toMatch(new RegExp(`\\b${name} +starts`));
  expect(lines.filter((line) => / tells /.test(line)).length).toBeGreaterThanOrEqual(3);
  expect(stdout).toMatch(/lead +reopens +#4/);
  expect(stdout).toMatch(/lead +reports /);
  expect(stdout).not.toContain("\u001B");
  expect(readdirSync(tmp)).toEqual([]);
});

test("the demo answers a malformed expression with the built program's error and exit code", async () => {
  const tmp = tempFolder();
  const testId = watchLeaks(tmp);

  const { exit, stdout, stderr } = await ends(
    process.execPath,
    ["bin/troupe.js", "demo", "2*(3+"],
    tmp,
    testId,
  );

  expect(exit).toBe(1);
  expect(`${stdout}${stderr}`).toContain("error: expected a number, found the end at position 6");
  expect(readdirSync(tmp)).toEqual([]);
});
