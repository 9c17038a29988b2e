import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type KillRun, killAtRandom, seedOfRun } from "../support/kill-harness.ts";
import { createKillTeam } from "../support/kill-team.ts";
import { killWorkers } from "../support/kill-workers.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { verify, verifyLogs } from "../support/verify.ts";
import { crc32cOf } from "../support/verify-evidence.ts";
import { readNaiveEvidence } from "../support/verify-naive.ts";
import { referee } from "../support/verify-referee.ts";

const NAIVE = join(import.meta.dirname, "../fixtures/naive.mjs");

test("the kill harness finds lost messages and double winners in JSON arrays under the lock library's algorithm", {
  timeout: 180_000,
}, async () => {
  const seed = seedOfRun();
  const broken = new Set<number>();
  // A writer that dies in the middle of its mailbox loses it; two that meet behind a stale lock take one task.
  for (let round = 0; round < 5 && !(broken.has(1) && broken.has(4)); round++) {
    const folder = tempFolder();
    const run = await killAtRandom({
      worker: NAIVE,
      task: { folder, inPlace: true },
      procs: 8,
      kills: 60,
      killWithin: 40,
      counts: true,
      seed: seed + round,
    });
    for (const { invariant } of verifyLogs(readNaiveEvidence(folder), run)) broken.add(invariant);
  }
  expect([...broken], `seed ${seed}`).toEqual(expect.arrayContaining([1, 4]));
});

test.each([
  ["append-at-size", 1],
  ["rename-copies", 7],
])(
  "the kill harness finds the lie %s as a breach of invariant %i",
  { timeout: 180_000 },
  async (lie, invariant) => {
    const seed = seedOfRun();
    const broken = new Set<number>();
    // A lie shows when two processes meet: nearly always in the first round, on an idle machine in a later one.
    for (let round = 0; round < 5 && !broken.has(invariant); round++) {
      const configDir = tempFolder();
      const teamDir = await createKillTeam(configDir, 6);
      const run = await killWorkers(configDir, { procs: 6, kills: 8, seed: seed + round, lie });
      for (const violation of verify(teamDir, run)) broken.add(violation.invariant);
    }
    expect([...broken], `seed ${seed}`).toContain(invariant);
  },
);

test.each([
  [4, ["create 1", "claim 1 a.1", "claim 1 b.1"]],
  [5, ["create 1", "claim 1 a.1", "complete 1 a.2 a.1", "claim 1 b.1"]],
  [5, ["create 1", "claim 1 a.1", "complete 1 a.2 a.1", "release 1 a.3 a.1"]],
  [6, ["create 1", "create 2 on 1", "claim 2 a.1"]],
  [6, ["create 1", "claim 1 a.1", "release 1 a.2 a.1", "claim 1 b.1", "complete 1 a.3 a.1"]],
])("the referee reports a breach of invariant %i when rules let %j count", (invariant, steps) => {
  const found = referee(steps.map(entryOf)).map((violation) => violation.invariant);
  expect(found).toEqual([invariant]);
});

test("the referee has nothing to say of a task that is claimed, given back, claimed and done", () => {
  const steps = ["create 1", "claim 1 a.1", "release 1 a.2 a.1", "claim 1 b.1", "complete 1 b.2 b.1"];
  expect(referee(steps.map(entryOf))).toEqual([]);
});

/** `create 2 on 1`, `claim 2 <id>`, `complete 2 <id> <claim>` as a journal entry. */
function entryOf(step: string): { id: string; line: Record<string, unknown> } {
  const [op, task, id = "", rest] = step.split(" ");
  const fields = op === "create" ? { blockedBy: id === "on" ? [rest] : [] } : { claim: rest, by: id };
  return { id, line: { op, task, ...fields } };
}

test("a message behind a seal, a torn line of a living writer, a broken file and a leftover are each reported", () => {
  const teamDir = tempFolder();
  const mailbox = join(teamDir, "mail/w1");
  mkdirSync(mailbox, { recursive: true });
  mkdirSync(join(teamDir, "journal"));
  const kept = line({ v: 1, id: "alive-1.1", text: "m 3 xxx" });
  const late = line({ v: 1, id: "alive-1.2", text: "m 3 xxx" });
  const torn = line({ v: 1, id: "alive-1.3", text: "m 3 xxx" }).replace("xxx", "xyx");
  const forged = line({ v: 1, id: "stranger-1.1", text: "m 3 xxx" });
  const changed = line({ v: 1, id: "alive-1.4", text: "m 3 xx" });
  writeFileSync(
    join(mailbox, "1.jsonl"),
    `${kept}${torn}${forged}${changed}${line({ v: 1, op: "seal" })}${late}`,
  );
  writeFileSync(join(mailbox, "cursor.json"), '{"v":1');
  writeFileSync(join(mailbox, "cursor.json.tmp-1"), "");
  const run: KillRun = {
    kills: 0,
    seed: 0,
    reader: undefined,
    lives: [
      {
        member: "w1",
        number: 1,
        pid: 0,
        killed: false,
        code: 0,
        complaint: "",
        aliveUntil: 0n,
        slept: false,
        way: "end",
        lines: ["UP alive-1", "ACK mail/w1 alive-1.1", "ACK mail/w1 alive-1.2", "GOT mail/w1 alive-1.4"],
      },
    ],
  };
  const violations = verify(teamDir, run);
  expect(violations.map(({ invariant }) => invariant).toSorted((one, other) => one - other)).toEqual([
    1, 2, 2, 3, 7, 7, 7, 8,
  ]);
  expect(violations.map(({ what }) => what).join("\n")).toMatch(/behind the seal/);
});

/** A line as the store frames it, made without the store. */
function line(value: Record<string, unknown>): string {
  const json = JSON.stringify(value).slice(0, -1);
  return `\n${json},"c":"${crc32cOf(Buffer.from(json))}"}\n`;
}
