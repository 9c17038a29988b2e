import { expect, test } from "vitest";
import { MemberName, Role, TaskId } from "../../src/protocol/names.ts";
import { readMailbox } from "../../src/team/mail.ts";
import { joinMember } from "../../src/team/members.ts";
import { createTask, noteTask } from "../../src/team/tasks.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const one = TaskId.parse("1");

test("K6 a task that lies for a minute: who acts by hand is nudged, the lead hears why, and what it does about it works", async () => {
  const members = await memberTeam(
    `
  lead:
    - text: '/Nobody claims these tasks.*#2 needs the role painter.*#3 could be claimed by ci, who joined by hand/s'
      call: [{ tool: TaskUpdate, input: { task: "2", role: null } }]
      next: [{ say: Anybody may paint now. }]
  ada:
    - text: '/claimed task #1/'
      call: [{ tool: Bash, input: { command: "until test -e go; do sleep 0.05; done" } }]
      next: [{ fault: { hang: true } }]
  bob:
    - text: '/claimed task #2/'
      call: [{ tool: TaskUpdate, input: { task: "2", status: completed } }]
      next: [{ say: Painted. }]
`,
    { lead: {}, ada: { definition: { tools: ["Bash"] } }, bob: {} },
  );
  const { team } = members;
  await joinMember(team, "user", {
    name: MemberName.parse("ci"),
    role: Role.parse("checker"),
    lead: false,
    backend: "hand",
    definition: {},
  });
  await createTask(team, "user", { subject: "Long" });
  await memberProcess(members, "ada");
  await until(async () => (await team.readOn()).tasks.get(one)?.owner === "ada", { within: 20_000 });
  await memberProcess(members, "bob");
  await createTask(team, "user", { subject: "Paint", role: Role.parse("painter") });
  await createTask(team, "user", { subject: "Check", role: Role.parse("checker") });
  await memberProcess(members, "lead", 60);

  await until(
    async () => {
      // Each entry wakes whoever waits: its own timer would take the real minute.
      await noteTask(team, "user", one, "still at it");
      return [...team.state().tasks.values()].map(({ status }) => status)[1] === "completed";
    },
    { within: 30_000 },
  );

  const nudges = await readMailbox(team, MemberName.parse("ci"));
  expect(nudges.map(({ message }) => [message.from, message.kind, message.text])).toEqual([
    ["lead", "system", "Task #3 is free and nobody claims it. You may: troupe task claim 3"],
  ]);
  expect(team.state().tasks.get(TaskId.parse("2"))?.previousOwner).toBe("bob");
});
