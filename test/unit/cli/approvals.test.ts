import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ApprovalList } from "../../../src/cli/output.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { type AskDraft, settleApproval } from "../../../src/team/approvals.ts";
import { BUILDER } from "../../support/cli-rows.ts";
import { BUILD, builderAsks, fixtureTeam, typeLine, within } from "../../support/cli-team.ts";
import { type CliWorld, containing } from "../../support/cli-world.ts";

async function asked(...drafts: readonly AskDraft[]): Promise<CliWorld> {
  const world = await fixtureTeam();
  await builderAsks(world, ...(drafts.length === 0 ? [BUILD] : drafts));
  return world;
}

async function jsonOf(world: CliWorld, line: string): Promise<unknown> {
  return JSON.parse((await world.type(`${line} --json`)).stdout);
}

test("nobody asks anything: an empty list, and words", async () => {
  const world = await fixtureTeam();

  expect(await world.type("troupe approvals")).toEqual({
    exit: 0,
    stdout: "",
    stderr: "nobody asks you anything\n",
  });
  expect(await jsonOf(world, "troupe approvals")).toEqual([]);
});

test("a question is shown with its command, why it is asked, and how to answer it", async () => {
  const world = await asked();

  const { stdout, stderr } = await world.type("troupe approvals");

  expect(stdout).toMatch(/^a_1 {2}builder {2}permission Bash {2}\d+ s ago\n/);
  expect(stdout).toContain("\n  npm run build\n  because no rule allows it\n  always  Bash(npm run build)\n");
  expect(stderr).toBe("1 question; next: troupe approve a_1, or troupe deny a_1 --note WHY\n");
  expect(ApprovalList.parse(await jsonOf(world, "troupe approvals"))).toMatchObject([
    { id: "a_1", agent: "builder", tool: "Bash", input: { command: "npm run build" }, answer: null },
  ]);
});

test("status, agent list and the timeline say that somebody waits", async () => {
  const world = await asked();

  expect(await jsonOf(world, "troupe status")).toMatchObject({
    approvals: 1,
    warnings: ["1 question for you from builder; troupe approvals"],
  });
  expect(await jsonOf(world, "troupe agent show builder")).toMatchObject({
    approvals: 1,
    permissionMode: "default",
  });
  expect(await jsonOf(world, "troupe timeline --kind approval")).toMatchObject([
    { type: "approval.asked", agent: "builder", text: "a_1 builder Bash: npm run build" },
  ]);
});

test.each(["a_1", "1", "A_1"])("troupe approve %s allows it, with a word to the agent", async (id) => {
  const world = await asked();

  expect(await world.type(`troupe approve ${id} --note "quick, please"`)).toEqual({
    exit: 0,
    stdout: "approved a_1 builder: npm run build\n",
    stderr: "",
  });
  expect(await jsonOf(world, "troupe approvals")).toEqual([]);
  expect(await jsonOf(world, "troupe timeline --kind approval")).toMatchObject([
    {},
    { type: "approval.approved", agent: "user", text: "a_1 builder Bash: npm run build: quick, please" },
  ]);
});

test("several are answered at once; one that is not known answers none of them", async () => {
  const world = await asked(BUILD, BUILD, BUILD);

  expect(await world.type("troupe approve 1 99")).toMatchObject({
    exit: 3,
    stderr: containing("there is no question 99"),
  });
  expect(await jsonOf(world, "troupe approvals")).toHaveLength(3);
  expect(await jsonOf(world, 'troupe deny 1 a_2 --note "not now"')).toMatchObject([
    { id: "a_1", answer: { verdict: "deny", by: "user", note: "not now" } },
    { id: "a_2", answer: { verdict: "deny" } },
  ]);
  expect(await jsonOf(world, "troupe approvals")).toMatchObject([{ id: "a_3" }]);
});

test("whoever comes second hears who was first; the other questions are answered all the same", async () => {
  const world = await asked(BUILD, BUILD);
  await world.type("troupe approve 1");

  const { exit, stdout, stderr } = await world.type("troupe deny 1 2 --note no");

  expect(exit).toBe(5);
  expect(stderr).toMatch(/^error: a_1 is already approved by user \(\d\d:\d\d UTC\)\n/);
  expect(stdout).toBe("denied a_2 builder: npm run build\n");
  expect(await world.type("troupe approve 1 --json")).toMatchObject({
    exit: 5,
    stdout: containing('"code": "already_answered"'),
  });
});

test("a question that was withdrawn is not answered any more", async () => {
  const world = await asked();
  await within(world, async (team) => {
    const [approval] = (await team.readOn()).approvals.values();
    if (approval) await settleApproval(team, MemberName.parse("builder"), approval.id, "withdrawn");
  });

  expect(await world.type("troupe approve 1")).toMatchObject({
    exit: 5,
    stderr: containing("a_1 was withdrawn: nobody waits for its answer any more"),
  });
});

test("L4 an agent answers nothing, whatever its shell says; neither does a message", async () => {
  const world = await asked();

  expect(await typeLine(world, `${BUILDER} troupe approve 1 --json`)).toMatchObject({
    exit: 6,
    stdout: containing('"code": "not_for_agents"'),
  });
  expect(await typeLine(world, `${BUILDER} troupe deny 1 --note no`)).toMatchObject({ exit: 6 });
  await world.type('troupe send builder "approved! a_1"');
  expect(await jsonOf(world, "troupe approvals")).toHaveLength(1);
});

test("a refusal needs a note, a mode is one of the modes", async () => {
  const world = await asked();

  expect(await world.type("troupe deny 1")).toMatchObject({ exit: 2, stderr: containing("needs a note") });
  expect(await world.type("troupe approve 1 --mode yolo")).toMatchObject({
    exit: 2,
    stderr: containing("--mode"),
  });
  expect(await world.type("troupe approve")).toMatchObject({ exit: 2 });
  expect(await jsonOf(world, "troupe approvals")).toHaveLength(1);
});

test("--always keeps the rule beside the answer and in the settings of the team's folder", async () => {
  const world = await asked();

  const { exit, stderr } = await world.type('troupe approve 1 --always "Bash(npm run build)"');

  const path = join(world.project, ".claude/settings.local.json");
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: containing("Bash(npm run build) is kept in ") });
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ permissions: { allow: ["Bash(npm run build)"] } });
  await within(world, async (team) => {
    const [approval] = (await team.readOn()).approvals.values();
    expect(approval?.answer?.always).toBe("Bash(npm run build)");
  });
});

test.each([
  ['approve 1 --always "Bash("', "this is no rule; nothing was answered", "write Tool or Tool(pattern)"],
  ['approve 1 --always "Write(src/**)"', "paths are named by Edit", "Edit(src/**)"],
  ['deny 1 --note no --always "Bash()"', "the parentheses are empty", "write Bash"],
])(
  "%s: a rule that cannot be read is refused before anything is answered or kept",
  async (line, what, hint) => {
    const world = await asked();

    const { exit, stderr } = await world.type(`troupe ${line}`);

    expect({ exit, stderr }).toEqual({ exit: 2, stderr: containing(what) });
    expect(stderr).toContain(hint);
    expect(await jsonOf(world, "troupe approvals")).toHaveLength(1);
    expect(existsSync(join(world.project, ".claude/settings.local.json"))).toBe(false);
  },
);

test("what is too long to be shown is cut, said so, and allowed once only", async () => {
  const command = `echo ${"x".repeat(20_000)}`;
  const world = await asked({ ...BUILD, input: { command } });

  const { stdout } = await world.type("troupe approvals");

  expect(stdout.length).toBeLessThan(6_000);
  expect(stdout).toContain("more characters: troupe approvals --json shows them");
  expect(stdout).not.toContain("always");
  expect(await jsonOf(world, "troupe approvals")).toMatchObject([{ input: { command } }]);
  expect(await world.type('troupe approve 1 --always "Bash(echo *)"')).toMatchObject({
    exit: 2,
    stderr: containing("too long to be shown whole"),
  });
  expect(await world.type("troupe approve 1")).toMatchObject({ exit: 0 });
});

test("L10 a command is shown line by line, and what a terminal would hide is spelled out", async () => {
  const command = "ls\nrm -rf build \u001b[2K\u202Etxt.exe\tx";
  const world = await asked({ ...BUILD, input: { command } });

  const { stdout } = await world.type("troupe approvals");

  expect(stdout).toContain("\n  ls\n  rm -rf build \\u{1b}[2K\\u{202e}txt.exe\\tx\n");
});

test("text of several lines stands below its name, and several questions apart from each other", async () => {
  const input = { file_path: "a.js", old_string: "let a;\nlet b;\n", new_string: "const a = 1;" };
  const world = await asked({ ...BUILD, tool: "Edit", input, summary: "Edit a.js" }, BUILD);

  const { stdout } = await world.type("troupe approvals");

  expect(stdout).toContain(
    "\n  file_path: a.js\n  old_string:\n    let a;\n    let b;\n  new_string: const a = 1;\n",
  );
  expect(stdout).toMatch(/\n\na_2 {2}builder/);
});

test("a plan is shown with its text and its files", async () => {
  const world = await fixtureTeam();
  await typeLine(world, `${BUILDER} troupe task claim 1`);
  const plan = { version: 1, text: "1. tokens\n2. tests", files: ["src/lexer.ts"] };
  await builderAsks(world, { kind: "plan", task: await taskOne(world), summary: "Lexer", plan });

  const { stdout } = await world.type("troupe approvals");

  expect(stdout).toMatch(/^a_1 {2}builder {2}plan 1 {2}\d+ s ago {2}#1\n/);
  expect(stdout).toContain("\n  1. tokens\n  2. tests\n  files   src/lexer.ts\n");
  expect(await world.type('troupe approve 1 --always "Edit"')).toMatchObject({ exit: 2 });
  expect(await world.type("troupe approve 1 --mode acceptEdits")).toMatchObject({ exit: 0 });
  expect((await world.type("troupe task show 1")).stdout).toContain("approved");
});

async function taskOne(world: CliWorld): Promise<NonNullable<typeof BUILD.task>> {
  return within(world, async (team) => {
    const [id] = (await team.readOn()).tasks.keys();
    if (id === undefined) throw new Error("there is no task");
    return id;
  });
}
