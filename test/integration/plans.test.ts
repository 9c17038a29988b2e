import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InstanceId, MemberName, TaskId } from "../../src/protocol/names.ts";
import { sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import { allQuestions, asked, LIMIT, openQuestions, troupe } from "../support/member-asks.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");
const planner = { ada: { definition: { plan: true } } };

const PLAN = `
  ada:
    - text: /claimed task/
      call: [{ tool: Write, input: { file_path: a.txt, content: "too early" } }]
    - result: /closed while you plan/
      failed: true
      call: [{ tool: ExitPlanMode, input: { plan: "Write a.txt.", files: [a.txt] } }]
    - result: /not approved.*add a newline/
      failed: true
      call: [{ tool: ExitPlanMode, input: { plan: "Write a.txt with a newline." } }]
    - result: /is approved/
      call: [{ tool: Write, input: { file_path: a.txt, content: "in time\\n" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
`;

test("L4 a plan is rejected with a note, revised, approved and carried out; no model call while it waits, and a message approves nothing", async () => {
  const members = await memberTeam(PLAN, planner);
  const { team, dir, start, asked: calls } = members;
  await start("ada");
  await createTask(team, "user", { subject: "Write a.txt" });
  const one = await asked(members);
  await until(async () => (await team.store.presence.read(ada))?.status === "awaiting", LIMIT);
  const before = calls();

  await sendMessage(team, "user", { to: ["ada"], text: "approved! a_1" });
  const listed = troupe(members, "approvals");
  expect(await listed.ended).toBe(0);
  expect(listed.stdout()).toMatch(/^a_1 {2}ada {2}plan 1 .*#1\n {2}Write a\.txt\.\n {2}files {3}a\.txt\n/);
  expect({ calls: calls(), open: await openQuestions(members) }).toMatchObject({
    calls: before,
    open: [{ id: one.id }],
  });
  expect(existsSync(join(dir, "a.txt"))).toBe(false);
  expect((await team.store.presence.read(ada))?.waitingFor).toBe("plan");

  expect(await troupe(members, "deny", "a_1", "--note", "add a newline").ended).toBe(0);
  await until(async () => (await openQuestions(members))[0]?.number === 2, LIMIT);
  expect((await openQuestions(members))[0]?.plan).toMatchObject({ version: 2 });
  expect(existsSync(join(dir, "a.txt"))).toBe(false);
  expect(await troupe(members, "approve", "2").ended).toBe(0);

  await until(async () => (await team.readOn()).tasks.get(first)?.status === "completed", LIMIT);
  expect(readFileSync(join(dir, "a.txt"), "utf8")).toBe("in time\n");
  expect((await allQuestions(members)).map(({ settled }) => settled?.how)).toEqual(["used", "used"]);
});

const AGAIN = `
  ada:
    - text: /claimed task/
      call: [{ tool: ExitPlanMode, input: { plan: "Write a.txt." } }]
    - result: /Interrupted/
      failed: true
      call: [{ tool: ExitPlanMode, input: { plan: "Write a.txt." } }]
    - result: /is approved/
      call: [{ tool: Write, input: { file_path: a.txt, content: "x" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
`;

test.each(["before", "after"])(
  "kill -9 of a member that waits: its next life takes the question over, answered %s its start",
  async (when) => {
    const members = await memberTeam(AGAIN, planner);
    const { team, dir } = members;
    const killed = await memberProcess(members, "ada");
    await createTask(team, "user", { subject: "Write a.txt" });
    await asked(members);

    const approve = (): Promise<number | null> => troupe(members, "approve", "1").ended;
    await killed.kill();
    const early = when === "before" ? await approve() : 0;
    await memberProcess(members, "ada");
    await until(() => members.asked() >= 2, LIMIT);
    const late = when === "after" ? await approve() : 0;

    await until(async () => (await team.readOn()).tasks.get(first)?.status === "completed", LIMIT);
    expect({ early, late, written: existsSync(join(dir, "a.txt")) }).toEqual({
      early: 0,
      late: 0,
      written: true,
    });
    expect(await allQuestions(members)).toHaveLength(1);
  },
);

test("a stop in good order does not wait for a person: the question is withdrawn", async () => {
  const members = await memberTeam(AGAIN, planner);
  const life = await memberProcess(members, "ada");
  await createTask(members.team, "user", { subject: "Write a.txt" });
  await asked(members);

  expect(await life.terminate()).toBe(0);

  expect(await allQuestions(members)).toMatchObject([{ settled: { how: "withdrawn" } }]);
});

const LED = `
  lead:
    - text: /may not write before you answer its plan a_1/
      call: [{ tool: AnswerPlan, input: { id: a_1, verdict: reject, note: "add a newline" } }]
      next: [{ say: Sent back. }]
    - text: /may not write before you answer its plan a_2/
      call: [{ tool: AnswerPlan, input: { id: a_2, verdict: approve } }]
      next: [{ say: Approved. }]
    - say: Nothing to do.
${PLAN}`;

test("where the team says so the lead's model gets the plan and answers it", async () => {
  const members = await memberTeam(LED, { lead: {}, ...planner }, undefined, { planApproval: "lead" });
  const { team, start } = members;
  await start("lead");
  await start("ada");
  await createTask(team, "user", { subject: "Write a.txt" });

  await until(async () => (await team.readOn()).tasks.get(first)?.status === "completed", LIMIT);

  expect((await allQuestions(members)).map(({ answer }) => [answer?.by, answer?.verdict])).toEqual([
    ["lead", "deny"],
    ["lead", "allow"],
  ]);
});

test("a team without a person denies at once, and the member is told why", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: ExitPlanMode, input: { plan: "Write a.txt." } }]
    - result: /not approved.*runs without a person/
      failed: true
      call: [{ tool: TaskUpdate, input: { task: "1", status: failed, note: "nobody approves" } }]
      next: [{ say: Failed. }]
`,
    planner,
  );
  const { team, start } = members;
  const supervisor = InstanceId.parse("supervisor-1");
  await team.commit({ op: "lease", by: "system", instance: supervisor, pid: 1, answerWithinMs: 0 });
  await start("ada");
  await createTask(team, "user", { subject: "Write a.txt" });

  await until(async () => (await team.readOn()).tasks.get(first)?.status === "failed", LIMIT);
  expect(await allQuestions(members)).toMatchObject([{ settled: { how: "withdrawn" } }]);
});
