import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { z } from "zod";
import { EXIT_BUG, EXIT_CODES } from "../../../src/cli/exit-codes.ts";
import * as output from "../../../src/cli/output.ts";
import { sections } from "../../../src/cli/registry.ts";
import { TeamFile } from "../../../src/protocol/team-file.ts";
import { encodeLine } from "../../../src/store/line-codec.ts";
import { BUILDER } from "../../support/cli-rows.ts";
import { BUILD, builderAsks, fixtureTeam, typeLine } from "../../support/cli-team.ts";
import { until } from "../../support/until.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8");

/** What the first line of each example in the page begins with, and the schema that describes it. */
const EXAMPLES: readonly (readonly [string, z.ZodType])[] = [
  ["task list", output.TaskList],
  ["task show", output.TaskDetail],
  ["audit verify", output.AuditOutput],
  ["trust --list", output.TrustList],
  ["trust --yes", output.TrustOutput],
  ["agent list", output.AgentList],
  ["agent logs", output.EventOutput],
  ["inbox", output.MessageList],
  ["approvals", output.ApprovalList],
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
  ["task assign 2 --to builder", output.TaskOutput],
  ["task assign 1 --to me --force", output.TaskOutput],
  ["task block 4 --on 1", output.TaskOutput],
  ["task unblock 4 --on 2", output.TaskOutput],
  ["task note 2 seen", output.TaskOutput],
  ["task edit 2 --priority 1 --verify true", output.TaskOutput],
  ["task rm 2", output.TaskOutput],
  ["audit verify", output.AuditOutput],
  ["mcp list", output.McpServerList],
  ["mcp test files", output.ErrorOutput],
  ["trust --yes", output.TrustOutput],
  ["trust --list", output.TrustList],
  ["trust --remove", output.TrustOutput],
  ["agent list", output.AgentList],
  ["agent show builder", output.AgentOutput],
  ["agent spawn checker", output.TeamOutput],
  ["agent stop builder", output.StopOutput],
  ["agent kill builder", output.StopOutput],
  ["agent interrupt builder", output.AgentOutput],
  ["agent pause builder", output.AgentOutput],
  ["agent resume builder", output.AgentOutput],
  ["agent compact builder", output.AgentOutput],
  ["agent budget builder 5", output.AgentOutput],
  ["agent mode builder acceptEdits", output.AgentOutput],
  ["agent model builder opus", output.AgentOutput],
  ["inbox", output.MessageList],
  ["approvals", output.ApprovalList],
  ["inbox builder", output.MessageList],
  ["approvals", output.ApprovalList],
  ["approve 1", output.ApprovalList],
  ["deny 1 --note no", output.ApprovalList],
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
  await builderAsks(world, BUILD);

  const { stdout } = await world.type(`troupe ${line} --json`);

  expect(schema.safeParse(JSON.parse(stdout)).error).toBeUndefined();
});

/** One object a line, for as long as it is followed; each typed once something was shown. */
test.each<readonly [string, z.ZodType]>([
  ["timeline --follow", output.TimelineOutput],
  ["inbox builder --follow", output.MessageOutput],
  ["status --watch", output.StatusOutput],
  ["agent logs builder --follow", output.EventOutput],
])("troupe %s --json prints a line for each thing that happens", async (line, schema) => {
  const world = await fixtureTeam();
  await world.type("troupe send builder first");
  const folder = join(world.config, "teams/parser-build/agents/builder");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const event = {
    id: "writer.1",
    at: "2026-11-20T12:00:00.000Z",
    task: null,
    event: { type: "turn_started" },
  };
  writeFileSync(join(folder, "events.jsonl"), encodeLine(JSON.stringify(event)));

  const { exit, stdout, stderr } = await world.troupe([...line.split(" "), "--json"], {
    during: ({ stdout: shown, signal }) =>
      void until(() => shown().endsWith("\n")).finally(() => signal("SIGINT")),
  });

  const lines = stdout.trimEnd().split("\n");
  expect({ exit, stderr }).toEqual({ exit: 130, stderr: "" });
  expect(lines.map((one) => schema.safeParse(JSON.parse(one)).error)).toEqual(lines.map(() => undefined));
});

test("every verb that ends a claim prints the task", async () => {
  const world = await fixtureTeam();
  const shown = async (line: string): Promise<unknown> =>
    output.TaskOutput.parse(JSON.parse((await typeLine(world, `${line} --json`)).stdout));

  expect(await shown(`${BUILDER} troupe task claim 1`)).toMatchObject({ state: "working", owner: "builder" });
  expect(await shown(`${BUILDER} troupe task done 1 --result ok`)).toMatchObject({ state: "review" });
  expect(await shown("troupe task review 1 --pass")).toMatchObject({ state: "done", attempts: 1 });
  expect(await shown("troupe task reopen 1")).toMatchObject({ state: "claimable", owner: null });
  expect(await shown("troupe task claim 1")).toMatchObject({ state: "working", owner: "user", attempts: 2 });
  expect(await shown("troupe task release 1")).toMatchObject({ state: "claimable", owner: null });
  expect(await shown("troupe task claim 1")).toMatchObject({ state: "working", attempts: 3 });
  expect(await shown("troupe task fail 1 --reason no")).toMatchObject({ state: "failed" });
});

test("every command that prints JSON is tried here, or where its processes are", async () => {
  const elsewhere = ["demo", "up", "run", "resume", "supervise", "agent run", "agent logs"];
  const verbs = ["task done", "task release", "task fail", "task reopen", "task review"];
  const tried = LINES.map(([line]) => line);
  const names = sections
    .flatMap(({ entries }) => entries)
    .flatMap((entry) =>
      "commands" in entry ? entry.commands.map((verb) => `${entry.name} ${verb.name}`) : entry.name,
    );

  expect(
    names.filter(
      (name) =>
        ![...elsewhere, ...verbs].includes(name) &&
        !tried.some((line) => line === name || line.startsWith(`${name} `)),
    ),
  ).toEqual([]);
});

test.each(LINES.map(([line]) => line))(
  "troupe %s tells an error or data without colours, in few lines",
  async (line) => {
    const world = await fixtureTeam();

    const { exit, stdout, stderr } = await world.type(`troupe ${line}`);

    expect(stdout + stderr).not.toContain("\u001b");
    const errors = exit === 0 || stderr === "" ? ["error: -"] : stderr.trimEnd().split("\n");
    expect(errors.length).toBeLessThanOrEqual(3);
    expect(errors.every((one, index) => one.startsWith(index === 0 ? "error: " : "hint: "))).toBe(true);
  },
);

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
