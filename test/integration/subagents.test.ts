import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { costs } from "../../src/runtime/cost.ts";
import { readAll } from "../../src/runtime/member-log.ts";
import { readSubagent } from "../../src/runtime/subagent-log.ts";
import type { Task } from "../../src/team/state.ts";
import { createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { memberProcess } from "../support/member-process.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");

const Body = z.looseObject({
  model: z.string(),
  system: z.array(z.looseObject({ text: z.string() })),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string() })).default([]),
  messages: z.array(
    z.looseObject({ role: z.string(), content: z.array(z.looseObject({ type: z.string() })) }),
  ),
});
type Body = z.infer<typeof Body>;

const Event = z.looseObject({
  sub: z.looseObject({ id: z.string(), type: z.string() }).optional(),
  event: z.looseObject({ type: z.string() }),
});

function bodies({ model }: MemberTeam): readonly Body[] {
  return model
    .requests()
    .filter(({ path }) => path === "/v1/messages")
    .map(({ body }) => Body.parse(body));
}

/** The requests of the conversation that began with these words. */
function asking(team: MemberTeam, words: string): readonly Body[] {
  return bodies(team).filter(({ messages }) => JSON.stringify(messages[0]).includes(words));
}

function toolNames(body: Body | undefined): readonly string[] {
  return body?.tools.map(({ name }) => name) ?? [];
}

/** What the model reads of the calls of its last reply but one. */
function results(body: Body | undefined): readonly string[] {
  const last = body?.messages.at(-1)?.content ?? [];
  return last.filter(({ type }) => type === "tool_result").map((block) => JSON.stringify(block["content"]));
}

function taskWith(team: Team, status: Task["status"]): Promise<Task> {
  return until(
    async () => {
      const task = (await team.readOn()).tasks.get(first);
      return task?.status === status ? task : undefined;
    },
    { what: `#1 ${status}`, within: 15_000 },
  );
}

async function events(team: Team): Promise<readonly z.infer<typeof Event>[]> {
  const found = [];
  for await (const entry of readAll(team.store.agentLog(ada, "events"))) found.push(Event.parse(entry));
  return found;
}

function define(dir: string, name: string, text: string): string {
  const folder = join(dir, ".claude", "agents");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.md`);
  writeFileSync(file, text);
  return file;
}

test("a member delegates to two subagents side by side; each has its own context, and their tools and model are their definition's", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call:
        - { tool: Agent, input: { subagent_type: counter, description: count, prompt: Count the lines of a.txt } }
        - { tool: Agent, input: { description: write, prompt: Write b.txt } }
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed, result: done } }]
        - say: Done.
    - text: /Count the lines/
      call: [{ tool: Bash, input: { command: "touch counting; while [ ! -e writing ]; do sleep 0.02; done; wc -l < a.txt" } }]
    - heard: /Count the lines/
      tool: Bash
      say: It has 2 lines.
    - text: /Write b/
      call: [{ tool: Write, input: { file_path: writing, content: x } }, { tool: Bash, input: { command: "while [ ! -e counting ]; do sleep 0.02; done" } }]
    - heard: /Write b/
      tool: Write
      say: It is written.
`,
    { ada: { definition: { tools: ["Agent", "Bash", "Read", "Write"] } } },
  );
  const { team, dir, start } = members;
  writeFileSync(join(dir, "a.txt"), "1\n2\n");
  const file = define(
    dir,
    "counter",
    "---\nname: counter\ndescription: Counts: lines, words\ntools: Bash, Read, githubRepo, SendMessage, TaskList\nmodel: haiku\n---\nYou count.\n",
  );
  await start("ada");

  await createTask(team, "user", { subject: "Delegate" });
  await taskWith(team, "completed");
  await until(() => members.asked() === 7);

  const [counter] = asking(members, "Count the lines");
  expect(counter?.model).toBe("claude-haiku-5-5");
  expect(toolNames(counter)).toEqual(["Bash", "Read", "TaskList"]);
  expect(counter?.system[0]?.text).toMatch(/^You count\.\n[^]*ada, an agent of the team demo/);
  expect(counter?.messages).toHaveLength(1);
  const [writer] = asking(members, "Write b");
  expect(writer?.model).toBe("claude-sonnet-5-5");
  expect(toolNames(writer)).toEqual(["Bash", "Read", "Write", "TaskList", "TaskGet", "ListMembers"]);
  const [begin, end] = asking(members, "claimed task");
  const about = begin?.tools.find(({ name }) => name === "Agent")?.description ?? "";
  expect(about).toContain("- counter: Counts: lines, words\n- general-purpose: ");
  expect(results(end)).toEqual([
    expect.stringMatching(
      /It has 2 lines\.[^]*it had no githubRepo, SendMessage[^]*counter, 2 model calls, \d+ tokens; log agents\/ada\/sub-/,
    ),
    expect.stringMatching(/It is written\.[^]*general-purpose, 2 model calls/),
  ]);

  const runs = await Promise.all((await team.store.subagents(ada)).map((id) => readSubagent(team, ada, id)));
  expect(runs.map((run) => [run?.type, run?.isWhole, run?.turns.length]).toSorted()).toEqual([
    ["counter", true, 4],
    ["general-purpose", true, 4],
  ]);
  const told = (await events(team)).filter(({ sub }) => sub?.type === "counter");
  expect(told.map(({ event }) => event.type)).toEqual([
    "subagent_started",
    "usage",
    "tool_started",
    "tool_ended",
    "text",
    "usage",
    "subagent_ended",
  ]);
  await until(async () => (await costs(team)).total.calls === 7);
  const { agents, subagents } = await costs(team);
  expect(agents).toMatchObject([{ key: "ada", calls: 7 }]);
  expect(subagents.map(({ agent, type, calls }) => [agent, type, calls]).toSorted()).toEqual([
    ["ada", "counter", 2],
    ["ada", "general-purpose", 2],
  ]);
  expect(existsSync(file)).toBe(true);
});

const ONE = {
  ada: { definition: { tools: ["Agent", "Bash", "Read", "Write"] } },
};

/** A lead word for `ada`: she claims, delegates once, and says what came of it. */
function delegating(input: string, rest: string): string {
  return `
  ada:
    - text: /claimed task/
      call: [{ tool: Agent, input: { description: look, ${input} } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
${rest}`;
}

/** What ada read of her one call. */
async function resultOf(members: MemberTeam): Promise<string> {
  await createTask(members.team, "user", { subject: "Delegate" });
  await taskWith(members.team, "completed");
  const body = asking(members, "claimed task").find((one) => results(one).length > 0);
  return results(body)[0] ?? "";
}

test("K10 a subagent that is cut at its model calls, or at its tokens, answers with what it has and why", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call:
        - { tool: Agent, input: { subagent_type: short, description: a, prompt: Work for ever } }
        - { tool: Agent, input: { description: b, prompt: Spend a lot } }
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
    - heard: /for ever/
      times: any
      say: Still at it.
      usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 }
      call: [{ tool: Bash, input: { command: "echo x >> turns" } }]
    - heard: /a lot/
      times: any
      say: Spending.
      usage: { input: 100, output: 50, cacheRead: 9000, cacheWrite: 50 }
      call: [{ tool: Bash, input: { command: "echo x >> spent" } }]
`,
    ONE,
    undefined,
    { subagents: { tokens: 550 } },
  );
  const { team, dir, start } = members;
  define(dir, "short", "---\nname: short\ndescription: x\nmaxTurns: 2\n---\nYou.\n");
  await start("ada");

  await createTask(team, "user", { subject: "Delegate" });
  await taskWith(team, "completed");

  const [one = "", other = ""] = results(
    asking(members, "claimed task").find((body) => results(body).length > 0),
  );
  expect(one).toMatch(
    /Still at it\.[^]*not finished: it had made its 2 model calls; above is the last that it said/,
  );
  expect(other).toMatch(
    /Spending\.[^]*not finished: it had used its 550 tokens[^]*3 model calls, 600 tokens/,
  );
  expect(readFileSync(join(dir, "turns"), "utf8")).toBe("x\nx\n");
  expect(readFileSync(join(dir, "spent"), "utf8")).toBe("x\nx\nx\n");
});

test("a long answer comes with its head and tail, and the whole is in a file that the member can read", async () => {
  const members = await memberTeam(
    delegating(
      "prompt: Tell all",
      `    - text: /Tell all/\n      say: "BEGIN ${"word ".repeat(25_000)}END"\n`,
    ),
    ONE,
  );
  await members.start("ada");

  const result = await resultOf(members);

  expect(result.length).toBeLessThan(100_000);
  expect(result).toMatch(/^[^]{0,30}BEGIN word [^]*characters left out here[^]*END/);
  const path = /the whole is in (\.troupe\/results\/[\w-]+\.txt)/.exec(result)?.[1] ?? "";
  expect(readFileSync(join(members.dir, path), "utf8")).toMatch(/^BEGIN (word ){25000}END$/);
  expect(readFileSync(join(members.dir, ".troupe/.gitignore"), "utf8")).toBe("*\n");
});

test.each([
  ["is refused", "say: No.\n      stop: refusal", "not finished: its model refused"],
  ["fails", "fault: 400\n      times: any", "not finished: its model failed: "],
])("a subagent whose model %s costs its member no turn", async (_, reply, why) => {
  const members = await memberTeam(delegating("prompt: Do it", `    - text: /Do it/\n      ${reply}\n`), ONE);
  await members.start("ada");

  expect(await resultOf(members)).toContain(why);
});

test("D5 a broken definition is an error with file and line for whoever asks for it, and the others work", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call:
        - { tool: Agent, input: { subagent_type: broken, description: a, prompt: One } }
        - { tool: Agent, input: { subagent_type: foreign, description: a, prompt: Two } }
        - { tool: Agent, input: { subagent_type: reviewr, description: a, prompt: Three } }
        - { tool: Agent, input: { subagent_type: reviewer, description: b, prompt: Look at it } }
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
    - text: /Look at it/
      say: Fine.
`,
    ONE,
  );
  const { team, dir, start } = members;
  const broken = define(dir, "broken", "---\nname: broken\ntools:\n  a: b\n---\nYou.\n");
  const foreign = define(
    dir,
    "foreign",
    "---\nname: foreign\ndescription: x\ntools: githubRepo, codebase\n---\nYou.\n",
  );
  define(dir, "reviewer", "---\nname: reviewer\ndescription: Reviews: all\ntools: [Read]\n---\nYou.\n");
  await start("ada");

  await createTask(team, "user", { subject: "Delegate" });
  await taskWith(team, "completed");

  expect(results(asking(members, "claimed task")[1]).map((text) => JSON.parse(text) as string)).toEqual([
    `broken was not started: its definition is broken. ${broken}:3: tools: give a list of tools, or their names with commas between them`,
    expect.stringContaining(
      `Not started: ${foreign}:4: foreign has none of its tools here: githubRepo, codebase`,
    ),
    'There is no type "reviewr". Did you mean reviewer?',
    expect.stringMatching(/^Fine\./),
  ]);
  expect(await team.store.subagents(ada)).toHaveLength(1);
});

/** A command that begins, is told to end, and does not listen. */
const DEAF = "trap '' TERM; touch begun; while [ ! -e go ]; do sleep 0.02; done; echo finished";

function hasBegun(dir: string): Promise<true> {
  return until(() => existsSync(join(dir, "begun")), { what: "the command has begun", within: 15_000 });
}

test("an interruption of the member ends its subagents within a second, in the middle of a command and of an answer", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call:
        - { tool: Agent, input: { description: a, prompt: Run it } }
        - { tool: Agent, input: { description: b, prompt: Think long } }
    - text: /Run it/
      say: I run it.
      call: [{ tool: Bash, input: { command: "${DEAF}" } }]
    - text: /Think long/
      fault: { hang: true }
    - times: any
      say: Stopped.
`,
    ONE,
  );
  const { team, dir, start } = members;
  await start("ada");
  await createTask(team, "user", { subject: "Delegate" });
  await hasBegun(dir);
  await until(() => asking(members, "Think long").length > 0);

  const asked = performance.now();
  await team.commit({ op: "control", by: "user", member: ada, what: "interrupt" });
  const ends = await until(
    async () => {
      const found = (await events(team)).filter(({ event }) => event.type === "subagent_ended");
      return found.length === 2 ? found : undefined;
    },
    { what: "both have ended" },
  );

  // The limit of the product is one second; a loaded machine may be slower, a wait for the command's end is not.
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(ends.map(({ event }) => event["detail"])).toEqual(["it was interrupted", "it was interrupted"]);
  await until(async () => (await team.store.presence.read(ada))?.status === "idle");
  const runs = await Promise.all((await team.store.subagents(ada)).map((id) => readSubagent(team, ada, id)));
  expect(runs.map((run) => run?.isWhole)).toEqual([false, false]);
});

test("a member that is to stop does not wait for what its subagents still have to say", async () => {
  const members = await memberTeam(
    delegating("prompt: Think long", "    - text: /Think long/\n      fault: { hang: true }\n"),
    ONE,
  );
  const run = await members.start("ada");
  await createTask(members.team, "user", { subject: "Delegate" });
  await until(() => asking(members, "Think long").length > 0);

  run.stop();

  expect(await run.ended).toBe(0);
});

test("more subagents than run at once wait for a place, and nobody is lost", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call:
        - { tool: Agent, input: { description: a, prompt: Piece 1 } }
        - { tool: Agent, input: { description: a, prompt: Piece 2 } }
        - { tool: Agent, input: { description: a, prompt: Piece 3 } }
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
    - text: '/Piece (?<piece>\\d)/'
      times: any
      delayMs: 600
      say: "Result \${piece}"
`,
    ONE,
    undefined,
    { subagents: { atOnce: 2 } },
  );
  await members.start("ada");

  await createTask(members.team, "user", { subject: "Delegate" });
  await taskWith(members.team, "completed");

  const told = results(asking(members, "claimed task")[1]);
  expect(told.map((text) => /Result \d/.exec(text)?.[0])).toEqual(["Result 1", "Result 2", "Result 3"]);
  const running = (await events(members.team)).flatMap(({ event }) => {
    if (event.type === "subagent_started") return [1];
    return event.type === "subagent_ended" ? [-1] : [];
  });
  expect(running).toEqual([1, 1, -1, 1, -1, -1]);
});

test("I9 A16 kill -9 in the middle of a subagent: its member goes on with a result that names its log, and nothing runs twice", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call:
        - { tool: Agent, input: { description: a, prompt: Run it } }
        - { tool: Agent, input: { description: b, prompt: Answer at once } }
        - { tool: Read, input: { file_path: a.txt } }
    - text: /started again/
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next:
        - say: Done.
    - text: /Run it/
      say: I run it now.
      call: [{ tool: Bash, input: { command: "echo x >> runs; touch begun; while [ ! -e go ]; do sleep 0.02; done" } }]
    - text: /Answer at once/
      say: Here is the answer.
`,
    ONE,
  );
  const { team, dir } = members;
  const life = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Delegate" });
  await hasBegun(dir);
  const ids = await until(async () => {
    const found = await team.store.subagents(ada);
    const runs = await Promise.all(found.map((id) => readSubagent(team, ada, id)));
    return runs.some((run) => run?.isWhole === true) && runs.length === 2 ? runs : undefined;
  });
  await life.kill();
  writeFileSync(join(dir, "go"), "");

  await memberProcess(members, "ada");
  await taskWith(team, "completed");

  const body = bodies(members).find(({ messages }) =>
    JSON.stringify(messages.at(-1)).includes("started again"),
  );
  const [running = "", answered = "", read = ""] = results(body);
  const lost = ids.find((run) => run?.isWhole === false);
  expect(running).toContain("Interrupted: the process ended while the subagent general-purpose was working");
  expect(running).toContain(`agents/ada/sub-${lost?.id}.jsonl`);
  expect(running).toContain("I run it now.");
  expect(answered).toMatch(/Here is the answer\.[^]*finished before the process ended/);
  expect(read).toMatch(/Interrupted/);
  expect(readFileSync(join(dir, "runs"), "utf8")).toBe("x\n");
  expect(await team.store.subagents(ada)).toHaveLength(2);
  await until(async () => (await costs(team)).subagents.length === 2);
});
