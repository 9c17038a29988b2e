import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costs } from "../../src/runtime/cost.ts";
import { readAll } from "../../src/runtime/member-log.ts";
import { memberTeam } from "../support/member-team.ts";
import {
  ada,
  asking,
  define,
  delegating,
  events,
  giveTask,
  ONE,
  resultOf,
  results,
  runs,
  taskWith,
  toolNames,
} from "../support/subagent-team.ts";
import { until } from "../support/until.ts";

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

  await giveTask(team);
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

  const all = await runs(team);
  expect(all.map(({ type, isWhole, turns }) => `${type} ${isWhole} ${turns.length}`).toSorted()).toEqual([
    "counter true 4",
    "general-purpose true 4",
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
  expect(subagents.map(({ agent, type, calls }) => `${agent} ${type} ${calls}`).toSorted()).toEqual([
    "ada counter 2",
    "ada general-purpose 2",
  ]);
  expect(existsSync(file)).toBe(true);
});

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

  await giveTask(team);
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
  const path = /the whole is in (\/[^:]*\/agents\/ada\/output\/[\w-]+\.txt)/.exec(result)?.[1] ?? "";
  expect(readFileSync(path, "utf8")).toMatch(/^BEGIN (word ){25000}END$/);
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

  await giveTask(team);
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

test("hooks and the audit log hear a subagent by its own name; a hook may send it on, and its mode only narrows", async () => {
  const members = await memberTeam(
    delegating(
      "subagent_type: careful, prompt: Look around",
      `    - text: /Look around[^]*be brief/
      call: [{ tool: Write, input: { file_path: made.txt, content: x } }]
    - heard: /Look around/
      tool: Write
      failed: true
      say: I may not write.
    - text: /Say more/
      say: Nothing else.
`,
    ),
    ONE,
  );
  const { team, dir, start, workspace } = members;
  define(dir, "careful", "---\nname: careful\ndescription: x\npermissionMode: plan\n---\nYou look.\n");
  const hook = (event: string, answer: string): string =>
    `cat >> ${dir}/${event}.jsonl; echo >> ${dir}/${event}.jsonl; ${answer}`;
  const command = (event: string, answer = "true"): object => [
    { hooks: [{ type: "command", command: hook(event, answer) }] },
  ];
  writeFileSync(
    join(workspace.configDir, "settings.json"),
    JSON.stringify({
      hooks: {
        SubagentStart: command(
          "start",
          `echo '{"hookSpecificOutput":{"hookEventName":"SubagentStart","additionalContext":"be brief"}}'`,
        ),
        PreToolUse: command("pre"),
        SubagentStop: command(
          "stop",
          `[ -e ${dir}/sent ] || { touch ${dir}/sent; echo "Say more" >&2; exit 2; }`,
        ),
      },
    }),
  );
  await start("ada");

  expect(await resultOf(members)).toMatch(/Nothing else\.[^]*careful, 3 model calls/);

  const [run] = await runs(team);
  const payloads = (name: string): readonly Record<string, unknown>[] =>
    readFileSync(join(dir, `${name}.jsonl`), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const who = { agent_id: run?.id, agent_type: "careful", parent: "ada", agent: "ada" };
  expect(payloads("start")).toMatchObject([who]);
  expect(payloads("pre").filter(({ tool_name }) => tool_name === "Write")).toMatchObject([who]);
  expect(payloads("stop")).toMatchObject([
    { ...who, stop_hook_active: false, last_assistant_message: "I may not write." },
    { ...who, stop_hook_active: true, last_assistant_message: "Nothing else." },
  ]);
  expect(existsSync(join(dir, "made.txt"))).toBe(false);
  const audit = [];
  for await (const entry of readAll(team.store.agentLog(ada, "audit"))) audit.push(entry);
  expect(audit.filter((line) => line["tool"] === "Write")).toMatchObject([
    { decision: "deny", sub: run?.id },
  ]);
});
