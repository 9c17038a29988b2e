import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");
const shell = { definition: { tools: ["Bash"] } };

/** All user messages of a request, as text. */
function words(body: unknown): string {
  const { messages } = body as { messages: { role: string; content: unknown }[] };
  return JSON.stringify(messages.filter(({ role }) => role === "user"));
}

test("A7 kill -9 during a model call: the next life goes on from the transcript and runs no recorded call again", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "echo run >> runs" } }]
      next:
        - fault: { hang: true }
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
`,
    { ada: shell },
  );
  const { team, model, dir } = members;
  const before = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Run once" });
  await until(() => model.requests().length === 2, { within: 10_000 });

  await before.kill();
  const after = await memberProcess(members, "ada");
  await until(async () => (await team.readOn()).tasks.get(first)?.status === "completed", { within: 10_000 });

  expect(readFileSync(join(dir, "runs"), "utf8")).toBe("run\n");
  expect(words(model.requests()[2]?.body)).toContain("Your process was started again");
  expect(words(model.requests()[2]?.body)).toContain("You own #1");
  expect(team.state().tasks.get(first)).toMatchObject({ attempts: 1, previousOwner: "ada" });
  expect(await after.terminate()).toBe(0);
  expect(team.state().members.get("ada")?.restarts).toBe(1);
});

test("I9 kill -9 during a tool call: the next life is told that it was interrupted, and decides itself", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "echo run >> runs; touch begun; exec sleep 20" } }]
    - result: /Interrupted/
      failed: true
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Done. }]
`,
    { ada: shell },
  );
  const { team, dir } = members;
  const before = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Half done" });
  await until(() => existsSync(join(dir, "begun")), { within: 10_000 });

  await before.kill();
  await memberProcess(members, "ada");
  await until(async () => (await team.readOn()).tasks.get(first)?.status === "completed", { within: 10_000 });

  expect(readFileSync(join(dir, "runs"), "utf8")).toBe("run\n");
});

test("A8 a message in the transcript is not delivered again by the next life, and one behind it is", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /first word/
      fault: { hang: true }
    - heard: /second word/
      say: Both heard.
    - times: any
      fault: { hang: true }
`,
    { ada: {} },
  );
  const { team, model } = members;
  const before = await memberProcess(members, "ada");
  await sendMessage(team, "user", { to: ["ada"], text: "first word" });
  await until(() => model.requests().length === 1, { within: 10_000 });

  await before.kill();
  await sendMessage(team, "user", { to: ["ada"], text: "second word" });
  await memberProcess(members, "ada");
  await until(async () => (await readMailbox(team, ada)).every(({ state }) => state === "read"), {
    within: 10_000,
  });

  const heard = words(model.requests().at(-1)?.body);
  expect(heard.split("first word").length - 1).toBe(1);
  expect(heard.split("second word").length - 1).toBe(1);
});

test("F9 without its transcript a member begins from the fold, its mailbox and its tasks, and says so", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      fault: { hang: true }
    - text: '/Your earlier conversation is not there any more.*You own #1/'
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Done. }]
`,
    { ada: {} },
  );
  const { team, model, workspace } = members;
  const before = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Remembered by the team" });
  await until(() => model.requests().length === 1, { within: 10_000 });
  await before.kill();

  const transcript = join(workspace.configDir, "teams/demo/agents/ada/transcript.jsonl");
  rmSync(transcript);
  await memberProcess(members, "ada");

  await until(async () => (await team.readOn()).tasks.get(first)?.status === "completed", { within: 10_000 });
});

test("A6 the tasks of a killed member are free within 5 s, and the next owner is told", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      fault: { hang: true }
  bob:
    - text: /1 attempt before you; the last owner was ada; 1 owner died over it/
      call: [{ tool: ReportDone, input: { text: done by bob } }]
      next: [{ say: Done. }]
`,
    { ada: {}, bob: {} },
  );
  const { team, model } = members;
  const killed = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Dangerous" });
  await until(() => model.requests().length === 1, { within: 10_000 });
  await memberProcess(members, "bob");

  await killed.kill();
  const begun = performance.now();
  const task = await until(
    async () => {
      const found = (await team.readOn()).tasks.get(first);
      return found?.status === "completed" ? found : undefined;
    },
    { within: 10_000 },
  );

  expect(task).toMatchObject({ result: "done by bob", deaths: 1, attempts: 2 });
  expect(performance.now() - begun).toBeLessThan(6_000);
});
