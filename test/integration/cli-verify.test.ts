import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cliDesk } from "../support/cli-process.ts";

test("K8 troupe task done of a member in a shell waits for the team's verify; a person's word stands", async () => {
  const desk = await cliDesk();
  desk.write(
    ".claude/team.json",
    JSON.stringify({ name: "hello", verify: "test -e ok || { echo no ok; false; }" }),
  );
  await desk.troupe(["create", "hello", "-f", ".claude/team.json"]);
  await desk.troupe(["join", "ci"]);
  for (const subject of ["One", "Two"]) await desk.troupe(["task", "add", subject]);
  const asCi = { TROUPE_TEAM: "hello", TROUPE_AGENT: "ci" };
  const typed = async (line: string, env = {}): Promise<readonly [number | null, string]> => {
    const run = desk.start(line.split(" "), env);
    return [await run.ended, run.stderr()];
  };
  await typed("task claim 1", asCi);

  const [exit, stderr] = await typed("task done 1", asCi);
  expect(exit).toBe(6);
  expect(stderr).toMatch(/has to pass before the task is done, and it ended with exit code 1[^]*no ok/);

  writeFileSync(join(desk.project, "ok"), "");
  expect(await typed("task done 1", asCi)).toEqual([0, expect.any(String)]);
  await typed("task claim 2");
  expect((await typed("task done 2"))[0]).toBe(0);
});
