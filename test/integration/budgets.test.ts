// oxlint-disable import/max-dependencies -- a whole team and what it spends
import { expect, test } from "vitest";
import { MemberName } from "../../src/protocol/names.ts";
import { followCallSums } from "../../src/runtime/call-sums.ts";
import { type MemberStatus, roster } from "../../src/runtime/roster.ts";
import { teamSpending } from "../../src/runtime/team-spending.ts";
import { setBudget } from "../../src/team/budgets.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { memberProcess } from "../support/member-process.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";
import { writePermissive } from "../support/permissive.ts";
import { until } from "../support/until.ts";

/** A machine with more to do. */
const SLOWLY = { within: 20_000 };
const ada = MemberName.parse("ada");

/** So many calls, no two of which are the same; `then` behind them. */
function steps(name: string, count: number, then = ""): string {
  const call = (number: number): string =>
    `    - call: [{ tool: Glob, input: { pattern: "${name}${number}*" } }]`;
  return `  ${name}:\n${Array.from({ length: count }, (_, at) => call(at + 1)).join("\n")}\n${then}`;
}

const DONE = `    - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]\n    - say: Done.\n`;

async function told(team: Team, name: "user" | "lead" = "user"): Promise<readonly string[]> {
  const owner = name === "user" ? name : MemberName.parse(name);
  return (await readMailbox(team, owner)).map(({ message }) => message.text ?? "");
}

async function lines(team: Team): Promise<readonly Pick<MemberStatus, "state" | "waitingFor">[]> {
  await team.readOn();
  return roster(team);
}

async function untilSpent(team: Team): Promise<void> {
  const isSpent = async (): Promise<boolean> =>
    (await lines(team)).every(({ state, waitingFor }) => state === "paused" && waitingFor === "budget");
  await until(isSpent, { within: 20_000, what: "everybody is paused by a budget" });
}

test("I13 a member whose budget is used makes no further call and keeps its task; a larger one lets it go on where it was", async () => {
  const { team, model, start, asked } = await memberTeam(steps("ada", 4, DONE), {
    ada: { definition: { budget: { turns: 3 } } },
  });
  await start("ada");
  await createTask(team, "user", { subject: "Work" });
  await untilSpent(team);

  await sendMessage(team, "user", { to: ["ada"], text: "are you there?" });
  await until(async () => (await told(team)).length > 0, SLOWLY);
  const spentAt = asked();
  await team.readOn();
  const [line] = await roster(team);
  const began = performance.now();
  await setBudget(team, "user", ada, { turns: 20 });
  await until(() => asked() > spentAt, SLOWLY);
  const tookMs = performance.now() - began;
  await until(async () => [...(await team.readOn()).tasks.values()][0]?.status === "completed", SLOWLY);

  expect(spentAt).toBe(3);
  expect(line).toMatchObject({ state: "paused", waitingFor: "budget", task: "1", unread: 1 });
  // The limit of the product is one second; a loaded machine may be slower.
  expect(tookMs).toBeLessThan(4_000);
  expect(JSON.stringify(model.requests()[3]?.body)).toContain("ada3*");
  expect(await told(team)).toEqual([
    "The budget of ada is reached: 3 of 3 model calls. ada is paused and keeps its task; no work is lost. The user raises it: troupe agent budget ada turns=6 --team demo",
  ]);
});

test("I13 at 80 percent the user and the lead are told once, over restarts too", async () => {
  const { team, start } = await memberTeam(steps("ada", 9), {
    lead: {},
    ada: { definition: { budget: { turns: 5 } } },
  });
  const first = await start("ada");
  await createTask(team, "user", { subject: "Work" });
  await until(async () => (await told(team)).length === 2, SLOWLY);
  first.stop();
  await first.ended;
  const again = await start("ada");
  await until(async () => (await team.store.presence.read(ada))?.waitingFor === "budget", SLOWLY);
  again.stop();
  await again.ended;

  const warning =
    "The budget of ada is 80 % used: 4 of 5 model calls. At 100 % ada makes no further model call.";
  expect(await told(team)).toEqual([warning, expect.stringMatching(/^The budget of ada is reached/)]);
  expect(await told(team, "lead")).toEqual(await told(team));
});

test("I13 a subagent waits as its member does, and goes on in the middle of its work", async () => {
  const script = `
  ada:
    - text: /claimed task/
      call: [{ tool: Agent, input: { description: look, prompt: "LOOK around" } }]
      next: [{ say: Done. }]
    - text: /LOOK around/
      call: [{ tool: Glob, input: { pattern: "one*" } }]
      next: [{ say: I looked. }]
`;
  const { team, model, start, asked } = await memberTeam(script, {
    ada: { definition: { budget: { turns: 2 } } },
  });
  await start("ada");
  await createTask(team, "user", { subject: "Work" });
  await untilSpent(team);
  const spentAt = asked();

  await setBudget(team, "user", ada, { turns: null });
  await until(() => JSON.stringify(model.requests().at(-1)?.body).includes("I looked."), SLOWLY);

  expect(spentAt).toBe(2);
});

test("I13 a member whose time is over claims nothing and makes no call", async () => {
  const { team, start, asked } = await memberTeam(steps("ada", 4), {
    ada: { definition: { budget: { minutes: 0.000_01 } } },
  });
  await createTask(team, "user", { subject: "Work" });
  await start("ada");
  await untilSpent(team);

  expect(asked()).toBe(0);
  expect([...team.state().tasks.values()]).toMatchObject([{ status: "pending" }]);
});

test("I13 a question of a prompt hook is a model call like any other", async () => {
  const script = `
  ada:
    - text: /IS IT SAFE/
      say: '{"ok": true}'
    - text: /claimed task/
      call: [{ tool: Glob, input: { pattern: "one*" } }]
      next: [{ say: Done. }]
`;
  const members = await memberTeam(script, { ada: { definition: { budget: { turns: 2 } } } });
  const prompt = { matcher: "Glob", hooks: [{ type: "prompt", prompt: "IS IT SAFE? $ARGUMENTS" }] };
  writePermissive(members.workspace.configDir, { hooks: { PreToolUse: [prompt] } });
  const { team, start, asked } = members;
  await start("ada");
  await createTask(team, "user", { subject: "Work" });
  await untilSpent(team);

  expect(asked()).toBe(2);
  expect((await roster(team))[0]?.budget).toMatchObject({
    turns: 2,
    used: 1,
    reached: true,
    spent: { turns: 2 },
  });
});

/** Three agents in processes of their own, with a task each. */
async function three(
  turns: number,
): Promise<{ members: MemberTeam; begin: () => Promise<() => Promise<void>> }> {
  const names = ["ada", "bob", "cyd"];
  const members = await memberTeam(
    names.map((name) => steps(name, 30)).join(""),
    { ada: {}, bob: {}, cyd: {} },
    undefined,
    {
      budget: { turns },
    },
  );
  const begin = async (): Promise<() => Promise<void>> => {
    const processes = await Promise.all(names.map((name) => memberProcess(members, name)));
    return async () => {
      for (const { kill } of processes) await kill();
    };
  };
  return { members, begin };
}

test("I13 the budget of a team of three: what goes over is the calls under way, kill -9 of all forgets nothing, and more lets all go on", async () => {
  const { members, begin } = await three(8);
  const { team, asked } = members;
  for (const subject of ["One", "Two", "Three"]) await createTask(team, "user", { subject });
  const killAll = await begin();
  await untilSpent(team);
  const spentAt = asked();
  const { use } = await teamSpending(team, followCallSums(team));

  await killAll();
  await begin();
  await untilSpent(team);
  const afterKill = asked();
  await setBudget(team, "user", undefined, { turns: 16 });
  await until(() => asked() >= 16, { within: 20_000 });
  await untilSpent(team);

  expect(spentAt).toBeGreaterThanOrEqual(8);
  expect(spentAt).toBeLessThanOrEqual(8 + 2);
  expect(use).toMatchObject({ spent: spentAt, limit: 8 });
  expect(afterKill).toBe(spentAt);
  expect(asked()).toBeLessThanOrEqual(16 + 2);
  expect([...(await team.readOn()).tasks.values()].map(({ status }) => status)).toEqual(
    Array(3).fill("in_progress"),
  );
  expect((await told(team)).filter((text) => text.includes("is reached"))).toHaveLength(2);
});
