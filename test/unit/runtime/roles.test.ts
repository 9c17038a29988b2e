import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { roleDefinition } from "../../../src/runtime/role-definition.ts";
import { type CliWorld, cliWorld } from "../../support/cli-world.ts";

const ENGINEER = [
  "---",
  "name: engineer",
  "description: Builds: everything",
  "tools: Read, Bash, githubRepo, mcp__git__log",
  "model: opus",
  "---",
  "You build.",
].join("\n");

function define(world: CliWorld, name: string, text: string): string {
  const folder = join(world.project, ".claude", "agents");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.md`);
  writeFileSync(file, text);
  return file;
}

function role(world: CliWorld, name: string, model?: string): ReturnType<typeof roleDefinition> {
  return roleDefinition(world.host(), world.project, name, model);
}

async function definitionOf(world: CliWorld, name: string): Promise<Record<string, unknown>> {
  const { openWorkspace } = await import("../../../src/runtime/workspace.ts");
  const { TeamName } = await import("../../../src/protocol/names.ts");
  const team = await openWorkspace(world.host()).open(TeamName.parse("demo"));
  const member = [...team.state().members.values()].find((one) => one.name === name);
  await team.close();
  return { ...member?.definition };
}

test("a role that is a definition gives prompt, model and tools; foreign tools fall away, connectors stay", async () => {
  const world = cliWorld();
  define(world, "engineer", ENGINEER);

  expect(await role(world, "Engineer")).toEqual({
    kind: "found",
    fill: { prompt: "You build.", model: "opus", tools: ["Read", "Bash", "mcp__git__log"] },
  });
  expect(await role(world, "engineer", "qwen3:8b")).toEqual({
    kind: "found",
    fill: { prompt: "You build.", tools: ["Read", "Bash", "mcp__git__log"] },
  });
  expect(await role(world, "tester")).toEqual({ kind: "none" });
  expect(await role(world, "Explore")).toEqual({ kind: "none" });
});

test("what a definition only denies is taken from what members usually have", async () => {
  const world = cliWorld();
  define(
    world,
    "reader",
    "---\nname: reader\ndescription: x\ndisallowedTools: Write, Edit, Agent\n---\nYou read.",
  );

  expect(await role(world, "reader")).toEqual({
    kind: "found",
    fill: { prompt: "You read.", tools: ["Read", "Glob", "Grep"] },
  });
});

test.each([
  ["a limit that is none", "---\nname: bad\nmaxTurns: x\n---\n", ":3: maxTurns: give a whole number from 1"],
  [
    "foreign tools alone",
    "---\nname: bad\ndescription: x\ntools: codebase\n---\nYou.",
    ":4: bad has none of its tools here",
  ],
  [
    "a prompt without end",
    `---\nname: bad\n---\n${"x".repeat(70_000)}`,
    ":1: its prompt has 70000 characters",
  ],
])("with %s a role is broken, with file and line", async (_, text, why) => {
  const world = cliWorld();
  const file = define(world, "bad", text);

  expect(await role(world, "bad")).toEqual({
    kind: "broken",
    why: expect.stringContaining(file + why) as string,
  });
});

test("D5 create fills members by their roles, leaves out whose definition is broken, and the rest of the team is there", async () => {
  const world = cliWorld();
  define(world, "engineer", ENGINEER);
  const broken = define(world, "review", "---\nname: review\ntools: {a: b}\n---\n");
  world.write(
    ".claude/team.json",
    JSON.stringify({
      name: "demo",
      members: [
        { name: "ada", role: "engineer" },
        { name: "bob", role: "engineer", model: "haiku", prompt: "You test.", tools: ["Read"] },
        { name: "cyd", role: "review" },
      ],
    }),
  );

  const created = await world.troupe(["create", "-f", ".claude/team.json", "--json"]);

  expect(created.exit).toBe(0);
  expect(JSON.parse(created.stdout)).toMatchObject({ members: ["lead", "ada", "bob"] });
  expect(created.stderr).toContain(
    `error: cyd is not in the team: the definition of its role review is broken: ${broken}:3: tools: give a list of tools`,
  );
  expect(created.stderr).toContain("hint: mend that file, then: troupe agent spawn cyd --role review");
  // What it was made with stands in the journal: the file may go.
  expect(await definitionOf(world, "ada")).toEqual({
    prompt: "You build.",
    model: "opus",
    tools: ["Read", "Bash", "mcp__git__log"],
  });
  expect(await definitionOf(world, "bob")).toEqual({ prompt: "You test.", model: "haiku", tools: ["Read"] });

  const spawned = await world.troupe(["agent", "spawn", "cyd", "--role", "review", "--team", "demo"]);
  expect(spawned).toMatchObject({ exit: 2, stderr: expect.stringContaining(`${broken}:3:`) as string });
  define(world, "review", "---\nname: review\ndescription: x\ntools: Read\n---\nYou review.");
  await world.troupe(["agent", "spawn", "cyd", "--role", "review", "--model", "opus", "--team", "demo"]);
  expect(await definitionOf(world, "cyd")).toEqual({ prompt: "You review.", model: "opus", tools: ["Read"] });
});

test("a lead whose role is broken is an error of the team file", async () => {
  const world = cliWorld();
  const broken = define(world, "lead", "---\nname: lead\nmaxTurns: x\n---\n");
  world.write(
    ".claude/team.json",
    JSON.stringify({ name: "demo", members: [{ name: "boss", role: "lead" }] }),
  );

  const created = await world.troupe(["create", "-f", ".claude/team.json"]);

  expect(created).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining(`${broken}:3: maxTurns`) as string,
  });
});
