import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { createTask } from "../../src/team/tasks.ts";
import { checkTeam } from "../support/chaos-check.ts";
import { everyProcess } from "../support/chaos-processes.ts";
import { chaos } from "../support/chaos-run.ts";
import { ada, bob, type Rest, teamAtRest } from "../support/chaos-team-at-rest.ts";
import { seedOfRun } from "../support/kill-harness.ts";
import { until } from "../support/until.ts";

test("A6 A17 A18 B1 C1 agents that are killed, stopped and starved for ten seconds keep every promise", async () => {
  const seed = seedOfRun();

  const { violations, diary } = await chaos({
    agents: 8,
    seconds: 10,
    seed,
    diskMb: 100,
    paceMs: 350,
    longestStopMs: 2_000,
    delayMs: 100,
    hangs: false,
    hasSecondTeam: false,
    // The promise is 5 s; what stands here must also hold on a machine with twenty times the work it has processors for.
    rescueLimitMs: 20_000,
    restWithinMs: 100_000,
  });

  expect(violations, `seed ${seed}\n${diary.join("\n")}`).toEqual([]);
}, 250_000);

/** Takes the lines that match out of a log, as if they had never been written. */
function lose({ teamDir }: Rest, log: string, pattern: RegExp): void {
  const path = join(teamDir, log);
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, lines.filter((line) => !pattern.test(line)).join("\n"));
}

test("a team at rest in which nothing is wrong has no complaint", async () => {
  const { teamDir, facts } = await teamAtRest();

  expect(checkTeam(teamDir, facts)).toEqual([]);
});

test.each<[what: string, wrong: (rest: Rest) => void, invariant: number, words: RegExp]>([
  [
    "a message that is not in its mailbox",
    (rest) => lose(rest, "mail/bob/1.jsonl", /done/),
    1,
    /ada was told .* missing in mail\/bob/,
  ],
  [
    "a message that nobody heard",
    (rest) => lose(rest, "agents/bob/transcript.jsonl", /done/),
    1,
    /bob never heard/,
  ],
  [
    "a call without a result",
    (rest) => lose(rest, "agents/ada/transcript.jsonl", /tool_result/),
    7,
    /SendMessage .* has no result/,
  ],
  [
    "a completion that does not count",
    (rest) => lose(rest, "journal/1.jsonl", /"op":"complete"/),
    4,
    /#1 is completed; that does not count/,
  ],
  [
    "another state than everybody has",
    (rest) => lose(rest, "journal/1.jsonl", /"op":"claim"/),
    4,
    /the test has folded to/,
  ],
  [
    "a lock",
    ({ teamDir }) => writeFileSync(join(teamDir, "journal/1.jsonl.lock"), ""),
    8,
    /1\.jsonl\.lock is left/,
  ],
])("the check of a team at rest finds %s", async (_, wrong, invariant, words) => {
  const rest = await teamAtRest();

  wrong(rest);

  expect(checkTeam(rest.teamDir, rest.facts)).toContainEqual({
    invariant,
    what: expect.stringMatching(words) as unknown,
  });
});

test("the check of a team at rest finds a message that was heard twice, and one that nobody sent", async () => {
  const { team, teamDir, facts } = await teamAtRest();
  const again = await openTranscript(team, bob);

  await again.record({
    message: { role: "user", content: [{ type: "text", text: "It is done." }] },
    inputs: [facts.acknowledged[0]?.id ?? "", "nobody.7"],
  });

  expect(checkTeam(teamDir, facts).map(({ what }) => what)).toEqual([
    expect.stringMatching(/^bob heard \S+ twice$/),
    "bob heard nobody.7, which is not in its mailbox",
  ]);
});

test("the check of a team at rest finds two owners of a task, when rules let both count", async () => {
  const { team, teamDir, facts } = await teamAtRest();
  await createTask(team, "user", { subject: "More" });
  for (const name of [ada, bob])
    await team.store.journal.append({
      op: "claim",
      by: name,
      task: [...team.state().tasks.keys()].at(-1) ?? "",
      v: 1,
      id: team.nextId(),
      at: "2026-11-20T12:00:00.000Z",
    } as never);

  expect(checkTeam(teamDir, { ...facts, hashes: [] })).toEqual([]);
  expect(checkTeam(teamDir, { ...facts, hashes: [] }, { apply: () => true, hash: () => "" })).toEqual([
    { invariant: 4, what: expect.stringMatching(/^task 2 has two owners/) as unknown },
  ]);
});

test("the check of a team at rest finds a process that was left, whatever it is", async () => {
  const { teamDir, facts } = await teamAtRest();
  const testId = `left-${process.pid}`;
  const child = spawn("sleep", ["30"], { env: { PATH: "/usr/bin:/bin", TROUPE_TEST_ID: testId } });
  onTestFinished(() => void child.kill("SIGKILL"));
  await until(async () => (await everyProcess(testId)).length === 1);

  const processes = await everyProcess(testId);

  expect(checkTeam(teamDir, { ...facts, processes })).toEqual([
    { invariant: 8, what: `process ${child.pid} (sleep 30) is left` },
  ]);
});
