import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { TroupeError } from "../../src/base/errors.ts";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import type { Task } from "../../src/team/state.ts";
import { assignTask, createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");
const shell = { definition: { tools: ["Bash", "Write", "Read"] } };

const LastWords = z.looseObject({ messages: z.array(z.unknown()) });

/** A command that says it has begun and goes on when `go` is there. */
const WAIT = "touch begun; while [ ! -e go ]; do sleep 0.02; done; echo finished";

function taskWith(team: Team, status: Task["status"], id = first): Promise<Task> {
  return until(
    async () => {
      const task = (await team.readOn()).tasks.get(id);
      return task?.status === status ? task : undefined;
    },
    { what: `#${id} ${status}` },
  );
}

function hasBegun(dir: string): Promise<true> {
  return until(() => existsSync(join(dir, "begun")), { what: "the command has begun" });
}

/** The last user message of a request, as text. */
function lastWords({ model }: MemberTeam, index: number): string {
  const body = LastWords.parse(model.requests()[index]?.body);
  return JSON.stringify(body.messages.at(-1));
}

async function send(team: Team, to: string, text: string): Promise<string> {
  const sent = await sendMessage(team, "user", { to: [to], text });
  if (!sent.ok) throw new Error(sent.reason.kind);
  return sent.messages[0]?.id ?? "";
}

test("an idle teammate claims a task, works on it in its folder and completes it", async () => {
  const { team, dir, start, asked } = await memberTeam(
    `
  ada:
    - text: '/claimed task #(?<task>\\d+) "Write a greeting"/'
      call: [{ tool: Write, input: { file_path: hello.txt, content: hello } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "\${task}", status: completed, result: hello.txt } }]
        - say: Done.
`,
    { ada: {} },
  );
  await start("ada");

  await createTask(team, "user", { subject: "Write a greeting" });

  expect(await taskWith(team, "completed")).toMatchObject({ previousOwner: "ada", result: "hello.txt" });
  expect(readFileSync(join(dir, "hello.txt"), "utf8")).toBe("hello");
  await until(() => asked() === 3);
});

test("a message that arrives while the agent works enters with the tool results, and its sender sees it read", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "${WAIT}" } }]
      next:
        - say: Heard.
    - times: any
      say: Waiting.
`,
    { ada: shell },
  );
  const { team, dir, start } = members;
  await start("ada");
  await createTask(team, "user", { subject: "Wait for the word" });
  await hasBegun(dir);

  const id = await send(team, "ada", "Take the blue one");
  writeFileSync(join(dir, "go"), "");
  await until(() => members.asked() >= 2);

  expect(lastWords(members, 1)).toContain('"type":"tool_result"');
  expect(lastWords(members, 1)).toContain(`Message from user (id ${id})`);
  expect(lastWords(members, 1)).toContain("Take the blue one");
  await until(async () => (await readMailbox(team, ada))[0]?.state === "read");
});

test("an idle agent makes no model call, whatever else happens in the team", async () => {
  const { team, start, asked } = await memberTeam("  '*': [{ times: any, say: Nothing. }]", {
    ada: {},
    bob: {},
  });
  const run = await start("ada");
  await createTask(team, "user", { subject: "Not for ada", assignee: MemberName.parse("bob") });
  await send(team, "bob", "hello");

  const begun = performance.now();
  await until(() => performance.now() - begun > 2_500);
  run.stop();

  expect(await run.ended).toBe(0);
  expect(asked()).toBe(0);
});

test("B1 an owner whose task was given to another is told with its next tool result", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "${WAIT}" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: I have lost it.
    - times: any
      say: Waiting.
`,
    { ada: shell },
  );
  const { team, dir, start } = members;
  await start("ada");
  await createTask(team, "user", { subject: "Contested" });
  await hasBegun(dir);

  await assignTask(team, "user", first, { to: "user", force: true });
  writeFileSync(join(dir, "go"), "");
  await until(() => members.asked() >= 3);

  expect(lastWords(members, 1)).toContain("task #1 is no longer yours");
  expect(lastWords(members, 2)).toContain('"is_error":true');
  expect((await taskWith(team, "pending")).assignee).toBe("user");
});

test("a stop lets the tool call end, makes no further model call and leaves everything in order", async () => {
  const { team, dir, start, asked } = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "${WAIT}; touch over" } }, { tool: Bash, input: { command: touch second } }]
`,
    { ada: shell },
  );
  const run = await start("ada");
  await createTask(team, "user", { subject: "Long" });
  await hasBegun(dir);

  await team.commit({ op: "stop", by: "user", member: ada });
  await until(async () => (await team.store.presence.read(ada))?.status === "stopping");
  writeFileSync(join(dir, "go"), "");

  expect(await run.ended).toBe(0);
  expect([existsSync(join(dir, "over")), existsSync(join(dir, "second"))]).toEqual([true, false]);
  expect(asked()).toBe(1);
  expect(await taskWith(team, "pending")).toMatchObject({ deaths: 0, previousOwner: "ada" });
  expect(await team.store.presence.read(ada)).toBeUndefined();
  expect(team.state().members.get("ada")?.life?.ended?.how).toBe("stopped");
});

test("G12 SIGINT does not wait for the tool call", async () => {
  const { team, dir, start } = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "touch begun; sleep 60" } }]
`,
    { ada: shell },
  );
  const run = await start("ada");
  await createTask(team, "user", { subject: "Long" });
  await hasBegun(dir);

  run.stop(new TroupeError("interrupted", "interrupted by SIGINT", { details: { signal: "SIGINT" } }));

  expect(await run.ended).toBe(0);
  expect((await taskWith(team, "pending")).deaths).toBe(0);
});

test("K7 an owner that ends its turn without finishing is told so at once", async () => {
  const { team, start, asked } = await memberTeam(
    `
  ada:
    - text: /claimed task/
      say: I think that is all.
    - text: '/You still own task #1/'
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Completed. }]
`,
    { ada: {} },
  );
  await start("ada");

  await createTask(team, "user", { subject: "Easy to forget" });

  await taskWith(team, "completed");
  await until(() => asked() === 3);
});

test.each([
  [401, "refused the credentials"],
  [402, "wants to be paid first"],
  [403, "refused the credentials"],
])(
  "I11 %i for several members is one question to the user, and no storm of requests",
  async (code, words) => {
    const { team, start, asked } = await memberTeam(`  '*': [{ fault: ${code}, times: any }]`, {
      lead: {},
      ada: {},
      bob: {},
    });
    for (const name of ["lead", "ada", "bob"]) await start(name);
    await sendMessage(team, "user", { to: ["all"], text: "hello" });
    await until(() => ["lead", "ada", "bob"].every((name) => asked(name) > 0));

    const isIdle = async (name: string) =>
      (await team.store.presence.read(MemberName.parse(name)))?.status === "idle";
    for (const name of ["lead", "ada", "bob"])
      await until(async () => isIdle(name), { within: 10_000, what: `${name} has told` });

    const told = await readMailbox(team, "user");
    expect(told.map(({ message }) => message.kind)).toEqual(["system"]);
    expect(told[0]?.message.text).toContain(words);
    // The lead hears of it, and tries once more.
    expect(asked()).toBeLessThanOrEqual(4);
  },
);

test("I11 a refused key is told to the user and tried again when something new arrives", async () => {
  const { team, start, asked } = await memberTeam(
    `
  ada:
    - fault: 401
    - text: /the key is good again/
      say: Thank you.
`,
    { lead: {}, ada: {} },
  );
  await start("ada");
  await send(team, "ada", "hello");

  const told = await until(async () => (await readMailbox(team, "user"))[0]?.message);
  await send(team, "ada", "the key is good again");
  await until(() => asked("ada") === 2);

  expect(told).toMatchObject({ from: "ada", kind: "system" });
  expect(told.text).toMatch(/^ada cannot work: .*refused the credentials/);
  expect((await readMailbox(team, MemberName.parse("lead")))[0]?.message.text).toBe(told.text);
});

test("the lead plans from the goal, hears that all is done, and reports", async () => {
  const { team, start } = await memberTeam(
    `
  lead:
    - text: /A calculator/
      call: [{ tool: TaskCreate, input: { subject: Build it } }]
      next: [{ say: Planned. }]
    - text: /All tasks are done/
      call: [{ tool: ReportDone, input: { text: It is built. } }]
      next: [{ say: Over. }]
  ada:
    - text: /claimed task/
      call: [{ tool: ReportDone, input: { text: built } }]
      next: [{ say: Done. }]
`,
    { lead: {}, ada: {} },
    "A calculator",
  );

  await Promise.all([start("lead"), start("ada")]);
  const report = await until(async () => (await team.readOn()).team?.report);

  expect(report).toMatchObject({ by: "lead", text: "It is built." });
  expect((await taskWith(team, "completed")).result).toBe("built");
});

test("the lead hears of a failed task without any mail", async () => {
  const { team, start } = await memberTeam(
    `
  lead:
    - text: '/Task #1 failed: "Impossible", worked on by ada, who says:\\n.*\\nno such number/'
      call: [{ tool: TaskUpdate, input: { task: "1", status: reopened, note: try again } }]
      next: [{ say: Reopened. }]
  ada:
    - text: /claimed task/
      call: [{ tool: TaskUpdate, input: { task: "1", status: failed, note: no such number } }]
      next: [{ say: Sorry. }]
    - text: /1 attempt before you/
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Found it. }]
`,
    { lead: {}, ada: {} },
  );
  await Promise.all([start("lead"), start("ada")]);

  await createTask(team, "user", { subject: "Impossible" });

  expect(await taskWith(team, "completed")).toMatchObject({ attempts: 2 });
});
