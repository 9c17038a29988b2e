import { expect, test } from "vitest";
import { BUILDER, complaints, type Row } from "../../support/cli-rows.ts";

import { fixtureTeam } from "../../support/cli-team.ts";

test.each<Row>([
  {
    line: "troupe send builder use Pratt parsing",
    exit: 0,
    stdout: /^sent to builder/,
    after: ["troupe inbox builder", /use Pratt parsing/],
  },
  {
    line: 'troupe send "builder, reviewer" "the grammar changed" --task 2 --urgent',
    exit: 0,
    stdout: /builder[\s\S]*reviewer/,
    after: ["troupe inbox reviewer --json", /"task": "2"[\s\S]*"urgent": true/],
  },
  { line: 'troupe send @all "hello"', exit: 0, stdout: /lead[\s\S]*builder[\s\S]*reviewer/ },
  { line: 'troupe send @role:review "hello"', exit: 0, stdout: /^sent to reviewer/ },
  { line: 'troupe send @role:nobody "hello"', exit: 3 },
  {
    line: 'troupe send bulider "hello"',
    exit: 3,
    stderr: /error: no agent named "bulider"[^\n]*nothing was sent\nhint: did you mean builder/,
    after: ["troupe timeline --kind message --json", /^\[\]/],
  },
  {
    line: 'troupe send builder,bulider "hello"',
    exit: 3,
    stderr: "bulider",
    after: ["troupe inbox builder --json", /^\[\]/],
  },
  { line: 'troupe send "," "hello"', exit: 2 },
  { line: 'troupe send builder ""', exit: 2 },
  {
    line: `${BUILDER} troupe send user "which grammar?"`,
    exit: 0,
    after: ["troupe inbox", /^builder[\s\S]*which grammar/],
  },
  { line: "troupe send builder hello --task 99", exit: 3 },
  { line: "troupe send builder hello --re x", exit: 2, stderr: "--re:" },
  { line: "troupe send builder hello --wait never", exit: 2, stderr: "--wait: read or reply" },
  {
    line: "troupe send builder hello --wait --timeout 50ms",
    exit: 124,
    stderr: /error: sent, but not read by builder within 50 ms/,
    after: ["troupe inbox builder", /hello/],
  },
  { line: "troupe inbox nobody-here", exit: 3, stderr: "no agent named" },
  { line: "troupe inbox", exit: 0, stderr: "no messages" },
  {
    line: "troupe inbox --ack",
    given: [`${BUILDER} troupe send user "done"`],
    exit: 0,
    stdout: "queued",
    after: ["troupe inbox --unread --json", /^\[\]/],
  },
  { line: "troupe inbox builder --ack", exit: 6, stderr: "builder reads its mail itself" },
  { line: `${BUILDER} troupe inbox`, given: ["troupe send builder hello"], exit: 0, stdout: "hello" },
  {
    line: `${BUILDER} troupe inbox reviewer`,
    exit: 6,
    stderr: "you are builder; the mailbox of reviewer is not yours",
  },
])("$line ($given) → $exit", async (row) => {
  expect(await complaints(await fixtureTeam(), row)).toEqual([]);
});
