import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CliDesk, cliDesk } from "../support/cli-process.ts";
import { until } from "../support/until.ts";

const SCRIPT = `agents:
  lead:
    - text: /gives the team .* this goal/
      say: Ada does it.
    - text: /Report to the user with ReportDone/
      call: [{ tool: ReportDone, input: { text: "It is over." } }]
      next: [{ say: Over. }]
    - say: Nothing to do.
  ada:
    - text: /claimed task/
      call: [{ tool: ExitPlanMode, input: { plan: "One line.", files: [hello.txt] } }]
    - result: /is approved/
      call: [{ tool: Write, input: { file_path: hello.txt, content: "Hello\\n" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
    - result: /not approved.*runs without a person/
      failed: true
      call: [{ tool: TaskUpdate, input: { task: "1", status: failed, note: "nobody approves it" } }]
      next: [{ say: Failed. }]
`;

async function desk(): Promise<CliDesk> {
  const made = await cliDesk(SCRIPT);
  const members = [{ name: "lead" }, { name: "ada", role: "writer", plan: true }];
  const tasks = [{ subject: "Say hello", role: "writer" }];
  made.write(".claude/team.json", JSON.stringify({ name: "hello", goal: "A greeting", members, tasks }));
  return made;
}

async function jsonOf({ troupe }: CliDesk, ...argv: readonly string[]): Promise<unknown> {
  return JSON.parse((await troupe([...argv, "--json"])).stdout);
}

test("a run names what is asked and how to answer, waits as long as it was told, and goes on with the answer", async () => {
  const person = await desk();

  const run = person.start(["run", "--answer-within", "10m", "--timeout", "2m"]);
  await until(() => run.stdout().includes("asks you  (troupe approve a_1) plan: Say hello"), {
    within: 30_000,
  });
  await until(
    async () => {
      const found = await jsonOf(person, "agent", "show", "ada");
      return JSON.stringify(found).includes('"state":"awaiting","waitingFor":"plan"');
    },
    { within: 10_000 },
  );
  expect(await jsonOf(person, "status")).toMatchObject({ approvals: 1, agents: { awaiting: 1 } });
  expect(await jsonOf(person, "approvals")).toMatchObject([
    { id: "a_1", agent: "ada", plan: { version: 1, text: "One line." } },
  ]);
  expect(existsSync(join(person.project, "hello.txt"))).toBe(false);
  expect(await person.troupe(["approve", "a_1"])).toMatchObject({ exit: 0 });

  expect(await run.ended).toBe(0);
  expect(readFileSync(join(person.project, "hello.txt"), "utf8")).toBe("Hello\n");
  expect(run.stdout()).toMatch(/user {2,}approves {2}a_1 ada plan: Say hello/);
});

test("a run without a terminal denies at once what nobody can read, and the member is told why", async () => {
  const person = await desk();

  const run = person.start(["run", "--timeout", "2m", "--json"]);
  const exit = await run.ended;

  expect(exit).toBe(1);
  expect(run.stdout()).toContain('"type":"approval.withdrawn"');
  expect(run.stdout()).toContain("nobody approves it");
  expect(existsSync(join(person.project, "hello.txt"))).toBe(false);
});
