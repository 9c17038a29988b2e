import { expect, test } from "vitest";
import type { Command, Example } from "../../../src/cli/command.ts";
import { loadAll, loadCommands } from "../../../src/cli/load-commands.ts";
import { PROGRAM_EXAMPLES } from "../../../src/cli/program-examples.ts";
import { sections } from "../../../src/cli/registry.ts";
import { fixtureTeam, typeLine } from "../../support/cli-team.ts";
import { cliWorld, containing } from "../../support/cli-world.ts";

/** Commands that start processes: test/integration/cli-team.test.ts, cli-demo.test.ts and by-hand.test.ts try them. */
const STARTERS = ["demo", "up", "run", "resume", "agent run"];

interface Named {
  readonly path: string;
  readonly command: Command;
}

const commands: readonly Named[] = (await loadAll(sections))
  .flatMap(({ entries }) => entries)
  .flatMap((entry) =>
    "commands" in entry
      ? entry.commands.map((command) => ({ path: `${entry.name} ${command.name}`, command }))
      : [{ path: entry.name, command: entry }],
  );

const examples: readonly (readonly [string, Example])[] = [
  ...PROGRAM_EXAMPLES.map((example) => [example.line, example] as const),
  ...commands
    .filter(({ path }) => !STARTERS.includes(path))
    .flatMap(({ command }) => command.examples.map((example) => [example.line, example] as const)),
];

test.each(examples)("the example %s answers as its help says", async (line, { given = [], exit }) => {
  const world = await fixtureTeam();
  for (const before of given) expect(await typeLine(world, before)).toMatchObject({ exit: 0 });

  const result = await typeLine(world, line, { stdin: "from stdin\n" });

  expect(`${result.exit}: ${result.stderr}`).toMatch(new RegExp(`^${exit}:`));
  expect(result.stderr).not.toContain("a bug in troupe");
  // What went well says something; a stream of objects may be empty.
  expect(result.stdout + result.stderr !== "" || line.endsWith("--json")).toBe(true);
});

test("every command but the hidden ones has an example, and it begins with the command", () => {
  for (const { path, command } of commands) {
    if (command.hidden === true) continue;
    expect([path, command.examples.length]).not.toEqual([path, 0]);
    for (const { line } of command.examples) expect(line).toMatch(new RegExp(`^troupe ${path}\\b`));
  }
});

test("every command is registered under its own name", async () => {
  const entries = sections.flatMap((section) =>
    section.entries.flatMap((one) => ("commands" in one ? one.commands : one)),
  );
  const loaded = await Promise.all(entries.map(({ load }) => load()));

  expect(loaded.map(({ name }) => name)).toEqual(entries.map(({ name }) => name));
});

test.each([
  ["task list", ["task list"]],
  ["--json --team t task --quiet list --state done", ["task list"]],
  ["--team=send task list", ["task list"]],
  ["task -- list", 15],
  ["task lits", 15],
  ["task --help", 15],
  ["send task list", ["send"]],
  ["status --nonsense", ["status"]],
  ["taks list", commands.length],
  ["--nonsense task list", commands.length],
  ["--help", commands.length],
  ["", commands.length],
])("troupe %s loads no more commands than it needs", async (line, expected) => {
  const loaded = (await loadCommands(line.split(" ").filter(Boolean), sections))
    .flatMap(({ entries }) => entries)
    .flatMap((entry) =>
      "commands" in entry ? entry.commands.map(({ name }) => `${entry.name} ${name}`) : entry.name,
    );

  expect(typeof expected === "number" ? loaded.length : loaded).toEqual(expected);
});

test("a summary is one sentence", () => {
  for (const { command } of commands) expect(command.summary).toMatch(/^[A-Z][^\n]*\.$/);
});

test.each(commands.filter(({ command }) => command.hidden !== true).map(({ path }) => path))(
  "troupe %s --help shows a sentence, examples and flags",
  async (path) => {
    const { exit, stdout, stderr } = await cliWorld().troupe([...path.split(" "), "--help"]);
    const entry = commands.find((one) => one.path === path);

    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    // Long sentences are broken: read as one line.
    const text = stdout.replace(/\s+/g, " ");
    expect(text.startsWith(entry?.command.summary ?? "?")).toBe(true);
    for (const { line, note } of entry?.command.examples ?? []) {
      expect(stdout).toContain(line);
      expect(text).toContain(note);
    }
    for (const [form] of entry?.command.options ?? []) expect(stdout).toContain(form.replace("...>", ">"));
    expect(stdout).toContain(`Usage: troupe ${path}`);
    expect(stdout).toContain("--json");
  },
);

test("the commands are those of this version", () => {
  const single =
    "demo init create join up run status down rm resume send inbox approvals approve deny timeline cost doctor version trust supervise";
  const agent = "list show spawn stop kill interrupt pause resume compact mode budget model logs run";
  const task = "list add show edit claim assign done fail release reopen block unblock note rm review";
  const expected = [
    ...single.split(" "),
    "audit verify",
    ..."list test".split(" ").map((verb) => `mcp ${verb}`),
    ...agent.split(" ").map((verb) => `agent ${verb}`),
    ...task.split(" ").map((verb) => `task ${verb}`),
  ];

  expect(commands.map(({ path }) => path).toSorted()).toEqual(expected.toSorted());
});

test.each(["", "task", "agent", "audit", ...commands.map(({ path }) => path)])(
  "troupe %s --help fits into 80 columns, and into those of the terminal",
  async (path) => {
    for (const [options, limit] of [
      [{}, 80],
      [{ columns: 70 }, 70],
      [{ columns: 200 }, 100],
    ] as const) {
      const { stdout } = await cliWorld().troupe([...path.split(" "), "--help"].filter(Boolean), options);
      // What is typed is never broken.
      const lines = stdout.split("\n").filter((line) => !/^ {2}troupe |^Usage: /.test(line));

      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(limit);
    }
  },
);

test("hidden commands are not in the help", async () => {
  const world = cliWorld();

  const { stdout } = await world.troupe(["--help"]);
  expect(stdout).not.toContain("supervise");
});

test("troupe and a noun without a verb show their help and answer 2", async () => {
  const world = cliWorld();

  expect(await world.troupe([])).toMatchObject({
    exit: 2,
    stderr: containing("Start and stop:"),
  });
  expect(await world.troupe(["task"])).toMatchObject({
    exit: 2,
    stderr: containing("claim [id]"),
  });
});

test("--version and version answer the same version", async () => {
  const world = cliWorld();

  const flag = await world.troupe(["--version"]);
  const command = await world.troupe(["version", "--json"]);

  expect(flag.exit).toBe(0);
  expect(JSON.parse(command.stdout)).toMatchObject({ version: flag.stdout.trim() });
});
