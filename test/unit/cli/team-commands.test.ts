import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixtureTeam } from "../../support/cli-team.ts";
import { cliWorld, containing, matching } from "../../support/cli-world.ts";

test.each([
  ["E1", "../x"],
  ["E1", "a/b"],
  ["E1", ".."],
  ["E2", "n".repeat(300)],
  ["E4", "ädä"],
  ["E5", "nul"],
  ["E5", "COM1"],
  ["E6", "-rf"],
])("%s the team name %s is refused and nothing is made", async (_, name) => {
  const world = cliWorld();

  const result = await world.troupe(["create", "--json", "--", name]);

  expect(result.exit).toBe(2);
  expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: "bad_name" } });
  expect(readdirSync(world.config)).toEqual([]);
});

test.each(["all", "user", "system", "main", "team-lead", "ALL", "../ada", "nul"])(
  "E7 the agent name %s is refused",
  async (name) => {
    const world = await fixtureTeam();

    expect(await world.troupe(["agent", "spawn", name])).toMatchObject({
      exit: 2,
      stderr: containing("<name>:"),
    });
    expect(await world.troupe(["join", name])).toMatchObject({ exit: 2 });
  },
);

test("E3 a name that differs in case only is taken", async () => {
  const world = await fixtureTeam();

  expect(await world.type("troupe join Builder")).toMatchObject({
    exit: 5,
    stderr: containing("builder"),
  });
  expect(await world.type("troupe create Parser-Build")).toMatchObject({ exit: 5 });
  expect(await world.type("troupe create x --member ada --member ADA")).toMatchObject({ exit: 5 });
});

test("the team is --team, then TROUPE_TEAM, then the newest of this folder, then nobody knows", async () => {
  const world = await fixtureTeam();
  const elsewhere = join(world.folder, "elsewhere");
  mkdirSync(elsewhere);
  await world.troupe(["create", "second"]);
  await world.troupe(["create", "third"], { cwd: elsewhere });
  const team = async (argv: readonly string[], options = {}): Promise<unknown> =>
    JSON.parse((await world.troupe(["status", "--json", ...argv], options)).stdout);

  expect(await team(["--team", "parser-build"], { env: { TROUPE_TEAM: "third" } })).toMatchObject({
    team: "parser-build",
  });
  expect(await team([], { env: { TROUPE_TEAM: "third" } })).toMatchObject({ team: "third" });
  expect(await team([])).toMatchObject({ team: "second" });
  expect(await team([], { cwd: elsewhere })).toMatchObject({ team: "third" });
  expect(await team([], { cwd: world.folder })).toMatchObject({
    error: {
      code: "team_not_found",
      hint: containing(`third (${elsewhere})`),
      details: { teams: ["parser-build", "second", "third"] },
    },
  });
});

test("a folder that is reached through a link is the same folder", async () => {
  const world = await fixtureTeam();
  const link = join(world.folder, "link");
  symlinkSync(world.project, link);

  expect(await world.troupe(["task", "list"], { cwd: link })).toMatchObject({ exit: 0 });
});

test("init writes a team file that create understands, and never overwrites one", async () => {
  const world = cliWorld();

  expect(await world.type('troupe init --yes --goal "A parser"')).toMatchObject({
    exit: 0,
    stderr: containing("troupe up"),
  });
  const path = join(world.project, ".claude/team.json");
  const written = readFileSync(path, "utf8");
  expect(JSON.parse(written)).toMatchObject({ name: "parser-build", goal: "A parser" });
  expect(await world.type("troupe create -f .claude/team.json")).toMatchObject({
    exit: 0,
    stdout: containing("3 members"),
  });
  expect(await world.type("troupe init --yes")).toMatchObject({
    exit: 5,
    stderr: containing("is there already"),
  });
  expect(readFileSync(path, "utf8")).toBe(written);
});

test("init asks for a name and a goal on a terminal", async () => {
  const world = cliWorld();

  const { exit } = await world.troupe(["init"], { columns: 80, stdin: "calc\nA calculator\n" });

  expect(exit).toBe(0);
  expect(JSON.parse(readFileSync(join(world.project, ".claude/team.json"), "utf8"))).toMatchObject({
    name: "calc",
    goal: "A calculator",
  });
});

test("init asks again for a name that is none, and asks nothing where a file is there already", async () => {
  const world = cliWorld();

  const first = await world.troupe(["init"], { columns: 80, stdin: "Write it\ncalc\n\n" });
  const second = await world.troupe(["init"], { columns: 80, stdin: "" });

  expect(first).toMatchObject({ exit: 0, stderr: containing("a team name has letters") });
  expect(readFileSync(join(world.project, ".claude/team.json"), "utf8")).toContain('"name": "calc"');
  expect(second).toMatchObject({ exit: 5, stderr: containing("is there already") });
  expect(second.stderr).not.toContain("team name [");
});

test("init where nothing can be written is trouble of the disk, and no bug", async () => {
  const world = cliWorld();
  world.write(".claude", "a file");

  expect(await world.type("troupe init --yes")).toMatchObject({
    exit: 1,
    stderr: matching(/^error: cannot write .*team\.json: ENOTDIR\nhint: /),
  });
});

test("rm asks for the name on a terminal, and takes nothing else for yes", async () => {
  const world = await fixtureTeam();

  expect(await world.troupe(["rm", "parser-build"])).toMatchObject({
    exit: 2,
    stderr: containing("hint: troupe rm parser-build --yes"),
  });
  expect(await world.troupe(["rm", "parser-build"], { columns: 80, stdin: "yes\n" })).toMatchObject({
    exit: 2,
    stderr: containing("nothing was deleted"),
  });
  expect(await world.type("troupe rm parser-build --confirm parser")).toMatchObject({ exit: 2 });
  expect(await world.type("troupe status parser-build")).toMatchObject({ exit: 0 });
  expect(await world.troupe(["rm", "parser-build"], { columns: 80, stdin: "parser-build\n" })).toMatchObject({
    exit: 0,
  });
  expect(existsSync(join(world.config, "teams/parser-build"))).toBe(false);
  expect(await world.type("troupe status parser-build")).toMatchObject({ exit: 3 });
});

test("A13 a deletion that was killed when the team was out of the way already is ended by the same command", async () => {
  const world = await fixtureTeam();
  const teams = join(world.config, "teams");
  renameSync(join(teams, "parser-build"), join(teams, ".trash-parser-build-1"));

  expect(await world.troupe(["rm", "parser-build"])).toMatchObject({ exit: 0 });

  expect(readdirSync(teams)).toEqual([]);
  expect(await world.troupe(["rm", "parser-build"])).toMatchObject({ exit: 3 });
});

test("--no-input turns a question into exit 2, also on a terminal", async () => {
  const world = await fixtureTeam();

  expect(
    await world.troupe(["rm", "parser-build", "--no-input"], { columns: 80, stdin: "parser-build\n" }),
  ).toMatchObject({
    exit: 2,
  });
});
