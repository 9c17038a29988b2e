import { expect, test } from "vitest";
import { BUILDER, complaints, REVIEWER, type Row } from "../../support/cli-rows.ts";
import { fixtureTeam } from "../../support/cli-team.ts";

test.each<Row>([
  { line: "troupe task claim", exit: 0, stdout: /^claimed #/ },
  {
    line: "troupe task claim 1",
    exit: 0,
    stdout: "claimed #1 Lexer",
    stderr: "next: troupe task done 1",
    after: ["troupe task show 1", /owner +user/],
  },
  {
    line: `${BUILDER} troupe task claim`,
    given: [1, 2, 5].map((id) => `${BUILDER} troupe task claim ${id}`),
    exit: 5,
    stderr: "error: no task can be claimed at the moment",
  },
  {
    line: "troupe task claim #1",
    exit: 0,
    after: ["troupe task list --owner user --json", /"id": "1"/],
  },
  {
    line: "troupe task claim 1",
    given: [`${BUILDER} troupe task claim 1`],
    exit: 5,
    stderr: /error: task #1 is already claimed by builder[^\n]*\nhint: troupe task show 1/,
    after: ["troupe task show 1", /owner +builder/],
  },
  { line: "troupe task claim 3", exit: 5, stderr: "error: task #3 is blocked by #2" },
  {
    line: "troupe task claim 1",
    given: ["troupe task claim 1", "troupe task done 1"],
    exit: 5,
    stderr: /error: task #1 is /,
  },
  {
    line: `${BUILDER} troupe task claim 2`,
    exit: 0,
    after: [`${BUILDER} troupe task done 2 --result "all green"`, "done #2 Parser"],
  },
  {
    line: `${BUILDER} troupe task done 1`,
    given: [`${REVIEWER} troupe task claim 1`],
    exit: 5,
    stderr: "#1",
  },
  { line: `${BUILDER} troupe task assign 1 --to me --force`, given: ["troupe task claim 1"], exit: 6 },
  {
    line: "troupe task assign 1 --to me --force",
    given: [`${BUILDER} troupe task claim 1`],
    exit: 0,
    stdout: "assigned #1",
  },
  { line: "troupe task assign 1 --to bulider", exit: 3, stderr: /bulider/ },
  { line: "troupe task assign 1", exit: 2, stderr: "--to: give a name: --to NAME" },
  { line: "troupe task block 4 --on 4", exit: 5, stderr: "#4" },
  { line: "troupe task block 1 --on 99", exit: 3, stderr: "#99" },
  { line: "troupe task block 1 --on x", exit: 2, stderr: '--on: "x" is no task' },
  { line: "troupe task unblock 4 --on 2", exit: 0, after: ["troupe task list --state claimable", /#4/] },
  {
    line: "troupe task show 99",
    exit: 3,
    stderr: "error: there is no task #99 in team parser-build\nhint: troupe task list",
  },
  { line: "troupe task show 0", exit: 2, stderr: '<id>: "0" is no task' },
  { line: "troupe task add", exit: 2, stderr: "missing required argument 'subject'" },
  { line: `troupe task add "${"x".repeat(301)}"`, exit: 2, stderr: "<subject...>: at most 300 characters" },
  { line: 'troupe task add ""', exit: 2, stderr: "a task needs a subject" },
  { line: 'troupe task add "Docs" --priority 1.5', exit: 2, stderr: "--priority: a whole number" },
  {
    line: 'troupe task add "Docs" --priority -3',
    exit: 0,
    after: ["troupe task show 6 --json", /"priority": -3/],
  },
  {
    line: 'troupe task add "Docs" --blocked-by 1,2 --parent 3 --role review',
    exit: 0,
    stdout: "added #6 Docs",
  },
  { line: 'troupe task add "Docs" --blocked-by 99', exit: 3, stderr: "#99" },
  { line: 'troupe task add "Docs" --assign nobody-here', exit: 3, stderr: "nobody-here" },
  { line: "troupe task list --state sleeping", exit: 2, stderr: "--state: one of claimable, blocked" },
  { line: "troupe task list --state done", exit: 0, stderr: "no such tasks" },
  { line: "troupe task review 5", exit: 2, stderr: "say one of --pass and --return" },
  { line: "troupe task review 5 --pass --return", exit: 2, stderr: "say one of --pass and --return" },
  { line: "troupe task review 5 --pass", exit: 5, stderr: "#5" },
  {
    line: "troupe task review 5 --return --note nope",
    given: [`${BUILDER} troupe task claim 5`, `${BUILDER} troupe task done 5`],
    exit: 0,
    after: ["troupe task show 5", /state +claimable/],
  },
  {
    line: 'troupe task fail 1 --reason "  "',
    given: ["troupe task claim 1"],
    exit: 2,
    stderr: "--reason: say why",
  },
  {
    line: "troupe task rm 1 --force",
    given: [`${BUILDER} troupe task claim 1`],
    exit: 0,
    after: ["troupe task list", /^(?!.*#1 )/s],
  },
  { line: "troupe taks", exit: 2, stderr: "error: unknown command 'taks'\nhint: did you mean task?" },
  { line: "troupe task list --stat done", exit: 2, stderr: "unknown option '--stat'" },
  { line: "troupe task list extra", exit: 2, stderr: "too many arguments" },
])("$line ($given) → $exit", async (row) => {
  expect(await complaints(await fixtureTeam(), row)).toEqual([]);
});
