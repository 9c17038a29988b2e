import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const id = (number: number) => TaskId.parse(String(number));

function isDone(team: Team, task: number): Promise<boolean> {
  return team.readOn().then((state) => state.tasks.get(id(task))?.status === "completed");
}

test("a member with fresh sessions takes nothing of one task into the next, over a kill -9 in between too", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: '/claimed task #1 /'
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: One is done. }]
    - text: '/claimed task #2 /'
      call: [{ tool: TaskUpdate, input: { task: "2", status: completed } }]
      next: [{ say: Two is done. }]
    - text: '/claimed task #3 /'
      call: [{ tool: TaskUpdate, input: { task: "3", status: completed } }]
      next: [{ say: Three is done. }]
`,
    { ada: { definition: { session: "fresh" } } },
  );
  const { team, model, asked } = members;
  const first = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "The first" });
  await until(async () => (await isDone(team, 1)) && asked() === 2, { within: 20_000 });
  await createTask(team, "user", { subject: "The second" });
  const isIdle = async (): Promise<boolean> => (await team.store.presence.read(ada))?.status === "idle";
  await until(async () => asked() === 4 && (await isDone(team, 2)) && (await isIdle()), { within: 20_000 });

  await first.kill();
  await createTask(team, "user", { subject: "The third" });
  await memberProcess(members, "ada");
  await until(async () => (await isDone(team, 3)) && asked() === 6, { within: 20_000 });

  const bodies = model
    .requests()
    .filter(({ path }) => path === "/v1/messages")
    .map(({ body }) => JSON.stringify(body));
  expect(bodies[2]).toMatch(/This is a new session.*Members: ada.*The second/s);
  expect(bodies[2]).not.toContain("The first");
  expect(bodies[4]).toMatch(/This is a new session.*The third/s);
  expect(bodies[4]).not.toContain("The second");
  expect(bodies[0]).not.toContain("TaskClaim");
});

test("a member with fresh sessions whose context is used goes on from its notes, and so does the life after a kill -9", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /Write notes for yourself/
      say: "NOTES: the left door is locked"
    - text: /Your process was started again/
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Done. }]
    - text: /NOTES/
      fault: { hang: true }
    - text: /claimed task/
      usage: { input: 170000 }
      call: [{ tool: TaskList }]
`,
    { ada: { definition: { session: "fresh", model: "claude-test" } } },
  );
  const { team, model, asked, envOf } = members;
  const first = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Through a door", description: "There are two." });
  await until(() => asked() === 3, { within: 20_000 });
  await first.kill();
  await memberProcess(members, "ada");
  await until(() => isDone(team, 1), { within: 20_000 });

  const body = JSON.stringify(
    model
      .requests()
      .filter(({ path }) => path === "/v1/messages")
      .at(3)?.body,
  );
  expect(body).toMatch(/All that is left of it are these notes.*the left door is locked.*You own #1/s);
  expect(body).not.toContain("There are two.");
  const folder = join(envOf("ada")["CLAUDE_CONFIG_DIR"] ?? "", "teams/demo/agents/ada");
  expect(readFileSync(join(folder, "notes.md"), "utf8")).toBe("NOTES: the left door is locked\n");
  // Nothing is lost: what was dropped from the conversation stands in the transcript.
  expect(readFileSync(join(folder, "transcript.jsonl"), "utf8")).toContain("There are two.");
});

test("a member that is killed while it writes its notes is asked for them again, and loses nothing", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      usage: { input: 170000 }
      call: [{ tool: TaskList }]
    - text: /Write notes for yourself/
      fault: { hang: true }
    - text: /Write notes for yourself/
      say: "NOTES: there are two doors"
    - text: /NOTES/
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Done. }]
    - text: /Your process was started again/
      usage: { input: 170000 }
      call: [{ tool: TaskList }]
`,
    { ada: { definition: { session: "fresh", model: "claude-test" } } },
  );
  const { team, model, asked } = members;
  const first = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Through a door" });
  await until(() => asked() === 2, { within: 20_000 });

  await first.kill();
  await memberProcess(members, "ada");
  await until(() => isDone(team, 1), { within: 20_000 });

  const asks = model.requests().map(({ body }) => JSON.stringify(body ?? null));
  expect(asks.filter((body) => body.includes("Write notes for yourself"))).toHaveLength(2);
  expect(asks.at(-1)).toContain("there are two doors");
});
