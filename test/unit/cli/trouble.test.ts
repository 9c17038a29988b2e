import { chmodSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixtureTeam } from "../../support/cli-team.ts";
import { cliWorld, containing, matching } from "../../support/cli-world.ts";

test("doctor finds what it is there for, under stable ids", async () => {
  const world = await fixtureTeam();
  const journal = join(world.config, "teams/parser-build/journal/1.jsonl");
  writeFileSync(journal, '\n{"torn":', { flag: "a" });
  writeFileSync(journal, '\n{"no":"entry"}\n', { flag: "a" });
  chmodSync(journal, 0o644);

  const { exit, stdout } = await world.type("troupe doctor --json");
  const { findings } = JSON.parse(stdout) as { findings: { id: string; what: string }[] };

  expect(exit).toBe(1);
  expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(["DR010", "DR020", "DR030"]));
  expect(stdout).not.toContain(world.folder);
  expect((await world.type("troupe doctor")).stdout).toMatch(/DR020 {2}parser-build: \d torn line/);
});

test("doctor names a team that cannot be read, and checks the others", async () => {
  const world = await fixtureTeam();
  await world.type("troupe create other");
  writeFileSync(join(world.config, "teams/other/journal/1.jsonl"), "");

  const { stdout } = await world.type("troupe doctor");

  expect(stdout).toMatch(/DR021 {2}other:/);
  expect(stdout).toContain("parser-build: 3 members, 5 tasks");
  expect(await world.type("troupe doctor --team nobody")).toMatchObject({ exit: 3 });
});

test("without a model up, run and resume answer 4 and make nothing", async () => {
  const world = cliWorld();

  for (const line of ["troupe up --detach", "troupe run -p x"])
    expect(await world.type(line)).toMatchObject({ exit: 4, stderr: containing("hint:") });
  expect(readdirSync(world.config)).toEqual([]);
  expect(await (await fixtureTeam()).type("troupe resume")).toMatchObject({ exit: 4 });
});

test.each([
  ["status nope", 3, "there is no team nope", "teams: parser-build"],
  ["rm nope --yes", 3, "there is no team nope", "teams: parser-build"],
  ["agent mode builder none", 2, "<mode>: one of default, acceptEdits, plan", "troupe agent mode --help"],
  ["approve", 2, "missing required argument 'ids'", "troupe approve --help"],
  ["task list x", 2, "too many arguments", "troupe task list --help"],
  ["task list --foo", 2, "unknown option '--foo'", "troupe task list --help"],
  ["deny 5", 2, "--note: a refusal needs a note", "troupe deny --help"],
  ["create x -f none.json", 2, "none.json: the team file is not there", ""],
  ["timeline --agent bulider", 3, 'no agent named "bulider"', "did you mean builder?"],
  ["send @role:none x", 3, 'nobody has the role "none"; nothing was sent', ""],
])("troupe %s says what is wrong and what to type", async (line, exit, what, hint) => {
  const { exit: answered, stderr } = await (await fixtureTeam()).type(`troupe ${line}`);

  expect({ answered, stderr }).toEqual({ answered: exit, stderr: containing(what) });
  expect(stderr).toContain(hint);
});

test("a bad team file is told by every command that reads it", async () => {
  const world = cliWorld();
  world.write(".claude/team.json", '{"members":[{"name":"ada","modle":"x"}]}');
  // Also where there is no model: who repairs the file first is told about the model next.
  const env = {};

  for (const line of ["troupe create -f .claude/team.json", "troupe up", "troupe run -p x"])
    expect(await world.type(line, { env })).toMatchObject({
      exit: 2,
      stderr: matching(/members\[0\]\.modle: there is no such field\nhint: did you mean model\?/),
    });
});

test("settings that no member could read are told before anything is made", async () => {
  const world = cliWorld();
  world.write(".claude/settings.json", '{"permissions":{"deny":["Bash("]}}');
  const env = { ANTHROPIC_API_KEY: "x" };

  for (const line of ["troupe up --detach x", "troupe run -p x"])
    expect(await world.type(line, { env })).toMatchObject({
      exit: 2,
      stderr: matching(/settings\.json:1 the rule "Bash\(": this is no rule\nhint: write Tool/),
    });
  expect(readdirSync(world.config)).toEqual([]);
});

test("run without a goal and with a size beside a file answers 2", async () => {
  const world = cliWorld();
  const env = { ANTHROPIC_API_KEY: "x" };

  expect(await world.type("troupe run", { env })).toMatchObject({
    exit: 2,
    stderr: containing("a goal is needed"),
  });
  expect(await world.type("troupe run -p x --size 17", { env })).toMatchObject({ exit: 2 });
  world.write(".claude/team.json", "{}");
  expect(await world.type("troupe up x --size 2", { env })).toMatchObject({
    exit: 2,
    stderr: containing("names the members"),
  });
});

test("E13 a configuration folder that cannot be one is told with its variable", async () => {
  const world = cliWorld();

  for (const folder of ["relative/path", "/"])
    expect(await world.type("troupe task list", { env: { CLAUDE_CONFIG_DIR: folder } })).toMatchObject({
      exit: 1,
      stderr: containing("CLAUDE_CONFIG_DIR"),
    });
});

test("E9 a team folder that is a link is refused", async () => {
  const world = await fixtureTeam();
  symlinkSync(join(world.folder), join(world.config, "teams/linked"));

  const { exit, stderr } = await world.type("troupe task list --team linked");

  expect([1, 3]).toContain(exit);
  expect(stderr).toContain("linked");
});

test("a broken journal answers 1 and says what was not done", async () => {
  const world = await fixtureTeam();
  await world.type("troupe task list");
  writeFileSync(join(world.config, "teams/parser-build/journal/1.jsonl"), "");

  const { exit, stdout } = await world.type("troupe task add x --team parser-build --json");

  expect(exit).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "journal_damaged" } });
});

test("DR090 a rule that cannot mean anything is told with file and line, by doctor and by up alike", async () => {
  const world = cliWorld();
  world.write(
    ".claude/settings.json",
    '{\n  "permissions": {\n    "allow": ["Read"],\n    "deny": [\n      "Bash(rm *)",\n      "Bash("\n    ]\n  }\n}\n',
  );
  world.write(
    ".claude/team.json",
    JSON.stringify({ name: "small", members: [{ name: "lead" }, { name: "ada" }] }),
  );
  const told = `settings.json:6 the rule "Bash(": this is no rule`;
  const env = { ANTHROPIC_API_KEY: "sk-test" };

  const doctor = await world.type("troupe doctor --json", { env });
  const up = await world.type("troupe up --no-input", { env });

  expect(doctor.exit).toBe(1);
  expect((JSON.parse(doctor.stdout) as { findings: unknown[] }).findings).toContainEqual(
    expect.objectContaining({ id: "DR090", area: "settings", severity: "error", what: containing(told) }),
  );
  expect(up.exit).toBe(2);
  expect(up.stderr).toContain(`/.claude/${told}\nhint: write Tool or Tool(pattern)`);
});
