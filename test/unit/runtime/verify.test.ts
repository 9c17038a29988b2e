import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { teamTools } from "../../../src/runtime/team-tools.ts";
import { teamVerify } from "../../../src/runtime/verify.ts";
import { claimTask, createTask } from "../../../src/team/tasks.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");
const NEVER = new AbortController().signal;

/** A team whose tasks are done when `command` passes; ada owns the first. */
async function verified(command: string, timeout?: number) {
  const dir = tempFolder();
  const verify = { command, ...(timeout === undefined ? {} : { timeout }) };
  const { team } = await memoryTeam(["ada", "bob"], undefined, { verify });
  await createTask(team, "user", { subject: "Build" });
  await claimTask(team, ada, first);
  const spillDir = join(dir, "output");
  const check = teamVerify(team, ada, { dir, env: { PATH: "/usr/bin:/bin" }, spillDir });
  return { team, dir, spillDir, check };
}

test("K8 a task is not done before the team's verify passes: the member reads the last lines, the rest is in a file", async () => {
  const { team, dir, spillDir, check } = await verified(
    "for n in $(seq 300); do echo line $n; done; test -e ok",
  );
  const set = teamTools({ team, me: ada, lead: false, tools: undefined, verify: check });
  const update = set.find(({ name }) => name === "TaskUpdate");
  const complete = () => update?.run({ task: "1", status: "completed", result: "built" }, NEVER);

  const refused = await complete();

  const path = join(spillDir, "verify-1.log");
  expect(refused?.isError).toBe(true);
  expect(refused?.text).toContain(`ended with exit code 1. The whole output is in ${path}.`);
  expect(refused?.text).toMatch(/line 201\n[^]*line 300/);
  expect(refused?.text).not.toContain("line 200\n");
  expect(readFileSync(path, "utf8")).toContain("line 1\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(team.state().tasks.get(first)?.status).toBe("in_progress");

  writeFileSync(join(dir, "ok"), "");
  expect(await complete()).toMatchObject({ isError: false });
  expect(team.state().tasks.get(first)?.status).toBe("completed");
});

test("a verify that does not end is killed at its limit", async () => {
  const { check } = await verified("sleep 60", 1);

  expect(await check(first, NEVER)).toMatchObject({ kind: "vetoed", why: /took longer than 1 s/ });
});

test("whoever does not own the task costs no run, and a team without verify has none", async () => {
  const { team, dir } = await verified("touch ran");
  const bob = teamVerify(team, MemberName.parse("bob"), { dir, env: {} });
  const { team: free } = await memoryTeam(["ada"]);

  expect(await bob(first, NEVER)).toBeUndefined();
  expect(await teamVerify(free, ada, { dir, env: {} })(first, NEVER)).toBeUndefined();
  expect(existsSync(join(dir, "ran"))).toBe(false);
});
