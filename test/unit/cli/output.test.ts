import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { z } from "zod";
import { EXIT_BUG, EXIT_CODES } from "../../../src/cli/exit-codes.ts";
import * as output from "../../../src/cli/output.ts";
import { TeamFile } from "../../../src/protocol/team-file.ts";
import { BUILDER } from "../../support/cli-rows.ts";
import { fixtureTeam, typeLine } from "../../support/cli-team.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8");

/** What the first line of each example in the page begins with, and the schema that describes it. */
const EXAMPLES: readonly (readonly [string, z.ZodType])[] = [
  ["task list", output.TaskList],
  ["task show", output.TaskDetail],
  ["agent list", output.AgentList],
  ["agent logs", output.EventOutput],
  ["inbox", output.MessageList],
  ["status", output.StatusOutput],
  ["send", output.SentOutput],
  ["timeline", output.TimelineList],
  ["the last line of run", output.RunEndOutput],
  ["the last line of demo", output.DemoEndOutput],
  ["cost", output.CostOutput],
  ["create", output.TeamOutput],
  ["join", output.JoinOutput],
  ["down", output.StopOutput],
  ["rm", output.RemovedOutput],
  ["init", output.InitOutput],
  ["version", output.VersionOutput],
  ["doctor", output.DoctorOutput],
  ["any error", output.ErrorOutput],
];

const blocks = [...page.matchAll(/```jsonc\n\/\/ ([^\n]*)\n([\s\S]*?)```/g)].map(
  ([, title = "", json = ""]) => ({
    title,
    json,
  }),
);

test.each(EXAMPLES)("the example of %s in docs/cli.md is what its schema says", (title, schema) => {
  const found = blocks.filter((block) => block.title.startsWith(title));

  expect(found).toHaveLength(1);
  const value: unknown = JSON.parse(found[0]?.json ?? "");
  // Nothing in the example that the schema does not know: it would be promised and not held.
  expect(schema.parse(value)).toEqual(value);
});

test("the page has no example without a schema", () => {
  expect(
    blocks.map(({ title }) => title).filter((title) => !EXAMPLES.some(([start]) => title.startsWith(start))),
  ).toEqual([]);
  expect(blocks).toHaveLength(EXAMPLES.length);
});

test("the team file of the page is one", () => {
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];

  expect(TeamFile.safeParse(JSON.parse(json)).error).toBeUndefined();
});

test("the table of exit codes in the page is that of the program", () => {
  const rows = [...page.matchAll(/^\| ([\d;+ n]+) \|[^|]*\|([^|]*)\|$/gm)];
  const told = rows.flatMap(([, code = "", names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => [name, Number(/\d+/.exec(code)?.[0])] as const),
  );

  // A signal's own number is added to 128.
  const expected = { ...EXIT_CODES, interrupted: 124, bug: EXIT_BUG };
  expect(Object.fromEntries(told)).toEqual(expected);
});

const LINES: readonly (readonly [string, z.ZodType])[] = [
  ["task list", output.TaskList],
  ["task list --state done", output.TaskList],
  ["task show 2", output.TaskDetail],
  ["task add More", output.TaskOutput],
  ["task claim 2", output.TaskOutput],
  ["agent list", output.AgentList],
  ["agent show builder", output.AgentOutput],
  ["agent spawn checker", output.TeamOutput],
  ["agent kill builder", output.StopOutput],
  ["inbox", output.MessageList],
  ["inbox builder", output.MessageList],
  ["status", output.StatusOutput],
  ["send builder hello", output.SentOutput],
  ["timeline", output.TimelineList],
  ["timeline --kind tool", output.TimelineList],
  ["cost", output.CostOutput],
  ["create other", output.TeamOutput],
  ["join ada", output.JoinOutput],
  ["down", output.StopOutput],
  ["rm parser-build --yes", output.RemovedOutput],
  ["init", output.InitOutput],
  ["version", output.VersionOutput],
  ["doctor", output.DoctorOutput],
  ["task claim 99", output.ErrorOutput],
  ["no-such-command", output.ErrorOutput],
];

test.each(LINES)("troupe %s --json prints one JSON text that its schema describes", async (line, schema) => {
  const world = await fixtureTeam();
  await typeLine(world, `${BUILDER} troupe send user hello --task 1`);
  await typeLine(world, `${BUILDER} troupe task claim 1`);
  await world.type("troupe send builder hi");
  await world.type("troupe task note 1 seen");

  const { stdout } = await world.type(`troupe ${line} --json`);

  expect(schema.safeParse(JSON.parse(stdout)).error).toBeUndefined();
});

test("an error with --json is alone on stdout, has the same exit code, and says nothing on stderr", async () => {
  const world = await fixtureTeam();

  const plain = await world.type("troupe task claim 3");
  const json = await world.type("troupe task claim 3 --json");

  expect(json.exit).toBe(plain.exit);
  expect(json.stderr).toBe("");
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: { code: "task_blocked", retryable: false, details: { kind: "blocked", task: "3", by: ["2"] } },
  });
});
