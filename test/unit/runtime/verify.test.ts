import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { teamTools } from "../../../src/runtime/team-tools.ts";
import { openVerify } from "../../../src/runtime/verify.ts";
import { claimTask, createTask, updateTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");
const NEVER = new AbortController().signal;

interface Reach {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly spillDir?: string;
}

interface Judge {
  readonly allowed: boolean;
  /** Hears what was judged. */
  readonly asked: unknown[];
}

/** What `me` completes tasks by; nobody's command but the user's may be run, unless the judge allows it. */
function verifyOf(
  team: Team,
  me: MemberName,
  reach: Reach,
  { allowed, asked }: Judge = { allowed: false, asked: [] },
) {
  return openVerify({
    team,
    me,
    reach: () => Promise.resolve(reach),
    mayRun: ({ name, input }) => {
      asked.push([name, input]);
      return Promise.resolve(allowed ? { allowed } : { allowed, reason: "You have no shell." });
    },
  });
}

/** A team whose tasks are done when `command` passes; ada owns the first. */
async function verified(command: string, timeout?: number) {
  const dir = tempFolder();
  const verify = { command, ...(timeout === undefined ? {} : { timeout }) };
  const { team } = await memoryTeam(["ada", "bob"], undefined, { verify });
  await createTask(team, "user", { subject: "Build" });
  await claimTask(team, ada, first);
  const spillDir = join(dir, "output");
  const check = verifyOf(team, ada, { dir, env: { PATH: "/usr/bin:/bin" }, spillDir });
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
  expect(team.state().tasks.get(first)).toMatchObject({
    status: "completed",
    verified: ["for n in $(seq 300); do echo line $n; done; test -e ok"],
  });
});

test("K8 the file has all of an output that is too long to be held", async () => {
  const { check, spillDir } = await verified("seq -f 'line %.0f of many, many, many lines' 100000; false");

  const { refusal } = await check(first, NEVER);

  const path = join(spillDir, "verify-1.log");
  expect(JSON.stringify(refusal)).toContain(`The whole output is in ${path}.`);
  expect(readFileSync(path, "utf8").split("\n")).toHaveLength(100_001);
  expect(readdirSync(spillDir)).toEqual(["verify-1.log"]);
});

test("a verify that does not end is killed at its limit", async () => {
  const { check } = await verified("sleep 60", 1);

  expect(await check(first, NEVER)).toMatchObject({
    refusal: { kind: "vetoed", why: expect.stringContaining("took longer than 1 s") as unknown },
  });
});

test("whoever does not own the task costs no run, and a team without verify has none", async () => {
  const { team, dir } = await verified("touch ran");
  const bob = verifyOf(team, MemberName.parse("bob"), { dir, env: {} });
  const { team: free } = await memoryTeam(["ada"]);

  expect(await bob(first, NEVER)).toEqual({ verified: [] });
  expect(await verifyOf(free, ada, { dir, env: {} })(first, NEVER)).toEqual({ verified: [] });
  expect(existsSync(join(dir, "ran"))).toBe(false);
});

test("K8 a task's own verify has to pass besides the team's, and both are kept as evidence", async () => {
  const { team, dir, check } = await verified("echo team >> ran");
  await updateTask(team, "user", first, { verify: { command: "echo task >> ran; test -e ok" } });

  const refused = await check(first, NEVER);
  writeFileSync(join(dir, "ok"), "");
  const passed = await check(first, NEVER);

  expect(refused).toMatchObject({
    verified: ["echo team >> ran"],
    refusal: {
      why: expect.stringMatching(
        /^echo task .* has to pass before the task is done, and it ended/,
      ) as unknown,
    },
  });
  expect(passed).toEqual({ verified: ["echo team >> ran", "echo task >> ran; test -e ok"] });
  expect(readFileSync(join(dir, "ran"), "utf8")).toBe("team\ntask\nteam\ntask\n");
});

test("L20 a command that a member wrote is run only as far as its runner may run it", async () => {
  const dir = tempFolder();
  const { team } = await memoryTeam(["lead", "ada"]);
  await createTask(team, MemberName.parse("lead"), { subject: "Build", verify: { command: "touch ran" } });
  await claimTask(team, ada, first);
  const reach = { dir, env: { PATH: "/usr/bin:/bin" } };
  const asked: unknown[] = [];

  const refused = await verifyOf(team, ada, reach, { allowed: false, asked })(first, NEVER);
  const isRun = existsSync(join(dir, "ran"));
  const passed = await verifyOf(team, ada, reach, { allowed: true, asked })(first, NEVER);

  expect(refused.refusal).toEqual({
    kind: "vetoed",
    why: "touch ran has to pass before the task is done, lead set it, and it is not run here: You have no shell.",
  });
  expect([isRun, existsSync(join(dir, "ran"))]).toEqual([false, true]);
  expect(passed).toEqual({ verified: ["touch ran"] });
  expect(asked).toEqual([
    ["Bash", { command: "touch ran" }],
    ["Bash", { command: "touch ran" }],
  ]);
});

test("L20 what a task has to pass is not changed by whoever has to pass it", async () => {
  const lead = MemberName.parse("lead");
  const { team } = await memoryTeam(["lead", "ada"]);
  await createTask(team, ada, { subject: "Build", verify: { command: "true" } });
  await claimTask(team, ada, first);
  const change = async (by: MemberName | "user", verify: { command: string } | null) => {
    const outcome = await updateTask(team, by, first, { verify });
    return outcome.ok ? outcome.task.verify : outcome.reason;
  };

  expect(await change(ada, null)).toMatchObject({
    kind: "not_allowed",
    what: expect.stringContaining("the lead or the user may") as unknown,
  });
  expect(await change(lead, { command: "make" })).toEqual({ command: "make", by: "lead" });
  expect(await change("user", { command: "npm test" })).toEqual({ command: "npm test", by: "user" });
  expect(await change(lead, null)).toMatchObject({
    kind: "not_allowed",
    what: expect.stringContaining("the user alone may") as unknown,
  });
  expect(await change("user", null)).toBeUndefined();
});
