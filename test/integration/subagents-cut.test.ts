import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costs } from "../../src/runtime/cost.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import {
  ada,
  asking,
  bodies,
  delegating,
  events,
  giveTask,
  ONE,
  results,
  runs,
  taskWith,
} from "../support/subagent-team.ts";
import { until } from "../support/until.ts";

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
  await giveTask(team);
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
  const all = await runs(team);
  expect(all.map(({ isWhole }) => isWhole)).toEqual([false, false]);
});

test("a member that is to stop does not wait for what its subagents still have to say", async () => {
  const members = await memberTeam(
    delegating("prompt: Think long", "    - text: /Think long/\n      fault: { hang: true }\n"),
    ONE,
  );
  const run = await members.start("ada");
  await giveTask(members.team);
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

  await giveTask(members.team);
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
  await giveTask(team);
  await hasBegun(dir);
  const ids = await until(async () => {
    const found = await runs(team);
    return found.some(({ isWhole }) => isWhole) && found.length === 2 ? found : undefined;
  });
  await life.kill();
  writeFileSync(join(dir, "go"), "");

  await memberProcess(members, "ada");
  await taskWith(team, "completed");

  const body = bodies(members).find(({ messages }) =>
    JSON.stringify(messages.at(-1)).includes("started again"),
  );
  const [running = "", answered = "", read = ""] = results(body);
  const lost = ids.find(({ isWhole }) => !isWhole);
  expect(running).toContain("Interrupted: the process ended while the subagent general-purpose was working");
  expect(running).toContain(`agents/ada/sub-${lost?.id}.jsonl`);
  expect(running).toContain("I run it now.");
  expect(answered).toMatch(/Here is the answer\.[^]*finished before the process ended/);
  expect(read).toMatch(/Interrupted/);
  expect(readFileSync(join(dir, "runs"), "utf8")).toBe("x\n");
  expect(await team.store.subagents(ada)).toHaveLength(2);
  await until(async () => (await costs(team)).subagents.length === 2);
});
