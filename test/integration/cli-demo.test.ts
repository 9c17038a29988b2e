import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { cliDesk } from "../support/cli-process.ts";
import { until } from "../support/until.ts";

function demoFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("troupe-demo-"));
}

test("the demo builds a program with a team of processes, and that program computes what was asked for", {
  timeout: 90_000,
}, async () => {
  const desk = await cliDesk();
  const before = demoFolders();
  const start = performance.now();

  const { exit, stdout } = await desk.troupe(["demo", "-3+2*(3+4)"]);

  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toContain("scripted model, no AI");
  expect(lines.at(-1)).toBe("11");
  expect(exit).toBe(0);
  expect(performance.now() - start).toBeLessThan(60_000);
  expect(lines.filter((line) => /^ +\d:\d\d {2}\w+ +tells /.test(line)).length).toBeGreaterThanOrEqual(3);
  expect(stdout).toMatch(/lead +reopens +#\d/);
  expect(demoFolders()).toEqual(before);
});

test("Ctrl-C in the demo stops its team and removes its folders", { timeout: 60_000 }, async () => {
  const desk = await cliDesk();
  const before = demoFolders();
  const demo = desk.start(["demo"]);
  await until(() => demo.stdout().includes("claims"), { within: 20_000 });

  demo.child.kill("SIGINT");

  expect(await demo.ended).toBe(130);
  expect(demoFolders()).toEqual(before);
});
