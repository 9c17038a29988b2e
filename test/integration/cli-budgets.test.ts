import { expect, test } from "vitest";
import { RunEndOutput, StatusOutput } from "../../src/cli/output.ts";
import { cliDesk } from "../support/cli-process.ts";
import { matching } from "../support/cli-world.ts";
import { until } from "../support/until.ts";

const DOLLARS = `model: claude-sonnet-5-5
agents:
  lead:
${Array.from(
  { length: 5 },
  (_, at) => `    - call: [{ tool: Glob, input: { pattern: "x${at}*" } }]
      usage: { input: 100000, output: 0, cacheRead: 0, cacheWrite: 0 }`,
).join("\n")}
    - call: [{ tool: ReportDone, input: { text: It is done. } }]
    - say: Bye.
`;

test("I13 a run that reaches its budget ends with 7 and says how to go on, and up with more goes on from there", async () => {
  const desk = await cliDesk(DOLLARS);
  const run = desk.start(["run", "-p", "Look", "--size", "1", "--budget", "0.50", "--team", "hello"]);
  const exit = await run.ended;
  const status = StatusOutput.parse(JSON.parse((await desk.troupe(["status", "hello", "--json"])).stdout));
  const up = await desk.troupe(["up", "--detach", "--budget", "10", "--team", "hello"]);
  await until(
    async () =>
      StatusOutput.parse(JSON.parse((await desk.troupe(["status", "hello", "--json"])).stdout)).report !==
      null,
    { within: 20_000, every: 200 },
  );
  const after = StatusOutput.parse(JSON.parse((await desk.troupe(["status", "hello", "--json"])).stdout));
  await desk.troupe(["down", "hello"]);

  expect(exit).toBe(7);
  expect(run.stderr()).toMatch(
    /error: budget reached: \$0\.60 of \$0\.50; 2 agents are paused, no work is lost\nhint: troupe up --budget 2 --team hello goes on from here/,
  );
  expect(status.budget).toMatchObject({
    usd: 0.5,
    reached: true,

    spent: { turns: 3 },
  });
  expect(status.budget?.used).toBeCloseTo(1.2);
  expect(status.warnings[0]).toMatch(
    /^budget reached: \$0\.60 of \$0\.50; no model call is made, no work is lost; troupe up/,
  );
  expect(up).toMatchObject({ exit: 0 });
  expect(after).toMatchObject({ report: { text: "It is done." }, budget: { usd: 10, spent: { turns: 7 } } });
  expect(after.agents.total).toBe(2);
}, 60_000);

test("I13 the end of a run is told to programs too", async () => {
  const desk = await cliDesk(DOLLARS);
  const run = desk.start(["run", "-p", "Look", "--size", "1", "--budget", "turns=2", "--json"]);

  expect(await run.ended).toBe(7);
  const end = RunEndOutput.parse(JSON.parse(run.stdout().trimEnd().split("\n").at(-1) ?? ""));
  expect(end).toMatchObject({
    exit: 7,
    reason: "budget",
    text: matching(/^budget reached: 2 of 2 model calls/),
  });
});

test("I13 dollars are refused for a model whose price nobody knows, and nothing is made", async () => {
  const desk = await cliDesk();
  const up = desk.start(["up", "--detach", "--budget", "5", "--model", "llama3.3:70b"]);

  expect(await up.ended).toBe(2);
  expect(up.stderr()).toMatch(
    /error: a budget in dollars cannot hold: the price of llama3\.3:70b, the model of lead, is not known\nhint: give another limit: --budget tokens=2000000/,
  );
  expect((await desk.troupe(["status", "hello"])).exit).toBe(3);
});
