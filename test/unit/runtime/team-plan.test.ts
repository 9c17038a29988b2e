import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { readTeamFile, type TeamPlan, teamNameOf } from "../../../src/runtime/team-plan.ts";
import { tempFolder } from "../../support/temp-folder.ts";

interface Project {
  readonly dir: string;
  readonly path: string;
  readonly write: (name: string, text: string) => string;
  readonly read: (file: unknown) => Promise<TeamPlan>;
  readonly trouble: (file: unknown) => Promise<TroupeError>;
}

function project(): Project {
  const dir = join(realpathSync(tempFolder()), "parser-build");
  const path = join(dir, ".claude", "team.json");
  const write = (name: string, text: string): string => {
    const whole = join(dir, name);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  };
  const read = (file: unknown): Promise<TeamPlan> => {
    write(".claude/team.json", typeof file === "string" ? file : JSON.stringify(file));
    return readTeamFile(path, dir);
  };
  const trouble = async (file: unknown): Promise<TroupeError> => {
    const error: unknown = await read(file).catch((reason: unknown) => reason);
    if (error instanceof TroupeError) return error;
    throw new Error("it was read");
  };
  return { dir, path, write, read, trouble };
}

test("a file without anything gives the folder's name and a lead", async () => {
  const { read, dir } = project();

  expect(await read({})).toEqual({
    name: "parser-build",
    dir,
    settings: {},
    members: [{ name: "lead", lead: true, backend: "child", definition: {} }],
    tasks: [],
  });
});

test("members, tasks and settings come over, with the lead's model for those that name none", async () => {
  const { read } = project();

  const plan = await read({
    name: "calc",
    goal: "A calculator",
    review: true,
    durability: "power",
    members: [
      { name: "boss", role: "lead", model: "opus" },
      { name: "ada", role: "engineer" },
      { name: "bob", model: "haiku", tools: ["Read"] },
    ],
    tasks: [
      { subject: "Lexer", priority: 2 },
      { subject: "Parser", blockedBy: ["Lexer"], role: "engineer", description: "Pratt" },
      { subject: "Check", blockedBy: [1, "Parser", 2] },
    ],
  });

  expect(plan).toMatchObject({
    name: "calc",
    goal: "A calculator",
    settings: { review: true, durability: "power" },
    members: [
      { name: "boss", role: "lead", lead: true, definition: { model: "opus" } },
      { name: "ada", role: "engineer", lead: false, definition: { model: "opus" } },
      { name: "bob", lead: false, definition: { model: "haiku", tools: ["Read"] } },
    ],
    tasks: [
      { subject: "Lexer", priority: 2, blockedBy: [] },
      { subject: "Parser", description: "Pratt", role: "engineer", blockedBy: [1] },
      { subject: "Check", blockedBy: [1, 2] },
    ],
  });
});

test("a prompt with @ is the text of a file beside the team file", async () => {
  const { read, write } = project();
  write(".claude/roles/engineer.md", "\nYou write parsers.\n");

  const plan = await read({ members: [{ name: "ada", prompt: "@roles/engineer.md" }] });

  expect(plan.members[1]?.definition.prompt).toBe("You write parsers.");
});

test("a member's folder is made absolute", async () => {
  const { read, write, dir } = project();
  write("packages/core/x", "");

  const plan = await read({ members: [{ name: "ada", dir: "packages/core" }] });

  expect(plan.members[1]?.definition.dir).toBe(join(dir, "packages/core"));
});

test("an unknown field is told with the file, the field and the nearest known name", async () => {
  const { trouble, path } = project();

  const error = await trouble({ members: [{ name: "ada" }, { name: "bob", modle: "x" }] });

  expect(error).toMatchObject({
    code: "bad_team_file",
    message: `${path}: members[1].modle: there is no such field`,
    hint: "did you mean model? the fields here: name, role, model, prompt, tools, dir, permissionMode, plan, session, budget, mcpServers",
    details: { path, field: "members[1].modle", nearest: "model" },
  });
});

test("an unknown field that is like no other is told with the list alone", async () => {
  const { trouble, path } = project();

  expect(await trouble({ xyzzyplugh: 1 })).toMatchObject({
    message: `${path}: xyzzyplugh: there is no such field`,
    hint: "the fields here: $schema, name, goal, members, tasks, review, durability, planApproval, subagents, verify, budget, mcpServers",
    details: { nearest: null },
  });
});

test("a syntax error is told with its line", async () => {
  const { trouble, path } = project();

  expect(await trouble('{\n  "name": "x",\n  "goal": oops\n}')).toMatchObject({
    code: "bad_team_file",
    message: `${path}: line 3: not valid JSON`,
  });
  expect(await trouble('{\n  "name": "x"\n')).toMatchObject({ message: `${path}: line 3: not valid JSON` });
});

test("D3 a byte order mark in front is no syntax error", async () => {
  const { read } = project();

  expect((await read('\uFEFF{"name":"calc"}')).name).toBe("calc");
});

test.each([
  [
    "an edge to a number that is not there",
    { tasks: [{ subject: "a", blockedBy: [2] }] },
    "tasks[0].blockedBy[0]: there is no task 2; the list has 1",
  ],
  [
    "an edge to a subject that is not there",
    { tasks: [{ subject: "a", blockedBy: ["b"] }] },
    'tasks[0].blockedBy[0]: no task has the subject "b"',
  ],
  [
    "D12 an edge to itself",
    { tasks: [{ subject: "a", blockedBy: [1] }] },
    'tasks[0].blockedBy[0]: "a" is blocked by itself',
  ],
  [
    "a subject that two tasks have",
    { tasks: [{ subject: "a" }, { subject: "a" }, { subject: "b", blockedBy: ["a"] }] },
    'tasks[2].blockedBy[0]: tasks 1 and 2 both have the subject "a"',
  ],
  [
    "D12 a cycle",
    {
      tasks: [
        { subject: "x" },
        { subject: "a", blockedBy: ["c"] },
        { subject: "b", blockedBy: ["a", "x"] },
        { subject: "c", blockedBy: ["b"] },
      ],
    },
    'tasks: a cycle of blockedBy: "a" → "c" → "b" → "a"',
  ],
  [
    "E3 two names that differ in case only",
    { members: [{ name: "Ada" }, { name: "ada" }] },
    "members[1].name: ada is there already (names compare without case)",
  ],
  [
    "two leads",
    { members: [{ name: "lead" }, { name: "ada", role: "Lead" }] },
    "members: lead and ada are both the lead",
  ],
  ["a prompt that is not there", { members: [{ name: "ada", prompt: "@no.md" }] }, "is not there"],
  [
    "a prompt outside its folder",
    { members: [{ name: "ada", prompt: "@../../secret.md" }] },
    "members[0].prompt: @../../secret.md is not below",
  ],
  ["an absolute prompt", { members: [{ name: "ada", prompt: "@/etc/passwd" }] }, "is not below"],
  ["a folder that is not there", { members: [{ name: "ada", dir: "no" }] }, "is no folder"],
  ["a folder outside the team's", { members: [{ name: "ada", dir: ".." }] }, "is not below"],
])("%s is refused", async (_, file, message) => {
  const { trouble, path } = project();

  const error = await trouble(file);

  expect(error.code).toBe("bad_team_file");
  expect(error.message).toContain(path);
  expect(error.message).toContain(message);
});

test("E8 a prompt that is a link out of the folder is refused, one within it is read", async () => {
  const { read, write, trouble, dir } = project();
  const outside = join(dirname(dir), "secret.md");
  writeFileSync(outside, "secret");
  write(".claude/inside.md", "You test.");
  symlinkSync(outside, join(dir, ".claude", "out.md"));
  symlinkSync("inside.md", join(dir, ".claude", "in.md"));

  expect((await trouble({ members: [{ name: "ada", prompt: "@out.md" }] })).message).toContain(
    "is not below",
  );
  expect((await read({ members: [{ name: "ada", prompt: "@in.md" }] })).members[1]?.definition.prompt).toBe(
    "You test.",
  );
});

test("an empty prompt file is refused", async () => {
  const { write, trouble } = project();
  write(".claude/empty.md", "  \n");

  expect((await trouble({ members: [{ name: "ada", prompt: "@empty.md" }] })).message).toContain(
    "has 0 characters",
  );
});

test("a team file that is not there, is a folder, or is huge is told as such", async () => {
  const { dir, path, write } = project();
  write("x", "");

  await expect(readTeamFile(path, dir)).rejects.toMatchObject({
    code: "bad_team_file",
    message: `${path}: the team file is not there`,
  });
  await expect(readTeamFile(dir, dir)).rejects.toMatchObject({
    message: `${dir}: the team file cannot be read (EISDIR)`,
  });
  const huge = write("huge.json", `{"goal":"${"x".repeat(4 * 1024 * 1024)}"}`);
  await expect(readTeamFile(huge, dir)).rejects.toMatchObject({ code: "bad_team_file" });
});

test("a chain of 2,000 tasks is no cycle", async () => {
  const { read } = project();
  const tasks = Array.from({ length: 2_000 }, (_, index) => ({
    subject: `t${index}`,
    ...(index === 0 ? {} : { blockedBy: [index] }),
  }));

  expect((await read({ tasks })).tasks).toHaveLength(2_000);
});

test.each([
  ["/home/u/parser build!", "parser-build-"],
  ["/home/u/.dotfiles", "dotfiles"],
  [`/home/u/${"x".repeat(100)}`, "x".repeat(64)],
])("the folder %s gives the team name %s", (dir, name) => {
  expect(teamNameOf(dir.replace(/\.dot/, "-dot"))).toBe(name);
});

test.each(["/", "/home/u/日本", "/home/u/session-1"])("the folder %s gives no team name", (dir) => {
  expect(() => teamNameOf(dir)).toThrow(expect.objectContaining({ code: "bad_name" }));
});
