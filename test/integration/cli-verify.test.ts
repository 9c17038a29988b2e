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
  await desk.troupe(["trust", "--yes"]);
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

test("a team file with commands to verify by is refused until its folder is trusted", async () => {
  const desk = await cliDesk();
  const tasks = [{ subject: "One", verify: { command: "test -e ok", timeout: 5 } }];
  desk.write(".claude/team.json", JSON.stringify({ name: "hello", tasks }));
  const create = desk.start(["create", "hello", "-f", ".claude/team.json"], {});

  expect(await create.ended).toBe(6);
  expect(create.stderr()).toMatch(
    /its folder is not trusted\nhint: troupe trust [^ ]+, which shows them first/,
  );

  const trusted = desk.start(["trust", "--yes"], {});
  await trusted.ended;
  expect(trusted.stderr()).toMatch(/verify +test -e ok/);
  await desk.troupe(["create", "hello", "-f", ".claude/team.json"]);
  expect(JSON.parse((await desk.troupe(["task", "show", "1", "--json"])).stdout)).toMatchObject({
    verify: { command: "test -e ok", by: "user" },
  });
});

test("L20 a command that a member wrote is not run in another one's shell", async () => {
  const desk = await cliDesk();
  await desk.troupe(["create", "hello", "--member", "ada", "--member", "bob"]);
  const as = async (name: string, line: string): Promise<readonly [number | null, string]> => {
    const run = desk.start(line.split(" "), { TROUPE_TEAM: "hello", TROUPE_AGENT: name });
    return [await run.ended, run.stderr()];
  };
  await as("ada", "task add One --verify ./x");
  await as("bob", "task claim 1");

  expect(await as("bob", "task done 1")).toEqual([
    6,
    expect.stringMatching(/ada set it, and it is not run here/),
  ]);
});
