import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName } from "../../src/protocol/names.ts";
import { sendMessage } from "../../src/team/mail.ts";
import { steerMember } from "../../src/team/members.ts";
import { createTask } from "../../src/team/tasks.ts";
import { memberTeam } from "../support/member-team.ts";
import { isProcessNamed } from "../support/process-named.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const withShell = { ada: { definition: { tools: ["Bash"] } } };

/** Found by its name: in a sandbox a process knows no number of its own that means anything outside. */
const COMMAND = `steered-${process.pid}`;

const LONG = `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "echo x > begun; exec -a ${COMMAND} sleep 60" } }]
    - text: /go left/
      say: Left it is.
`;

test("an interruption kills the running command with its group, and the agent stays and waits for a word", async () => {
  const { team, dir, model, start, asked } = await memberTeam(LONG, withShell);
  await start("ada");
  await createTask(team, "user", { subject: "Long" });
  await until(() => existsSync(join(dir, "begun")) && isProcessNamed(COMMAND));

  const began = performance.now();
  await steerMember(team, "user", ada, { what: "interrupt" });
  await until(async () => (await team.store.presence.read(ada))?.status === "idle");
  const tookMs = performance.now() - began;

  expect(isProcessNamed(COMMAND)).toBe(false);
  // The limit of the product is one second; a loaded machine may be slower, a wait for the command's end is not.
  expect(tookMs).toBeLessThan(20_000);
  expect([...(await team.readOn()).tasks.values()]).toMatchObject([{ status: "in_progress", owner: "ada" }]);
  expect(asked()).toBe(1);
  await sendMessage(team, "user", { to: ["ada"], text: "go left" });
  await until(() => asked() === 2);
  const body = JSON.stringify(model.requests()[1]?.body);
  expect(body).toMatch(/Your last turn was interrupted by user/);
  expect(body).toMatch(/killed by an interruption/);
});

test("a paused member takes nothing in, over a restart too, and goes on with its turn when it is resumed", async () => {
  const { team, dir, start, asked } = await memberTeam(
    `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "touch begun; until test -e go; do sleep 0.05; done" } }]
    - result: /exit code 0/
      say: Done with it.
`,
    withShell,
  );
  const run = await start("ada");
  await createTask(team, "user", { subject: "Long" });
  await until(() => existsSync(join(dir, "begun")));
  await steerMember(team, "user", ada, { what: "pause" });
  await sendMessage(team, "user", { to: ["ada"], text: "while you rest" });
  writeFileSync(join(dir, "go"), "");
  await until(async () => (await team.store.presence.read(ada))?.status === "paused");
  run.stop();
  await run.ended;

  await start("ada");
  await until(async () => (await team.store.presence.read(ada))?.status === "paused");
  const before = asked();
  await steerMember(team, "user", ada, { what: "resume" });
  await until(() => asked() > before);

  expect(before).toBe(1);
});

test("another model answers from the next turn on", async () => {
  const { team, model, start, asked } = await memberTeam("  ada: [{ say: One. }, { say: Two. }]", {
    ada: {},
  });
  await start("ada");
  await sendMessage(team, "user", { to: ["ada"], text: "first" });
  await until(async () => asked() === 1 && (await team.store.presence.read(ada))?.status === "idle");

  await steerMember(team, "user", ada, { what: "model", value: "opus" });
  await sendMessage(team, "user", { to: ["ada"], text: "second" });
  await until(() => asked() === 2);

  expect(model.requests()).toMatchObject([
    { body: { model: "claude-sonnet-5-5" } },
    { body: { model: "claude-opus-5-5" } },
  ]);
});

test("an idle member that is told to compact rests again, and a later life begins with the summary", async () => {
  const { team, model, start, asked } = await memberTeam(
    `
  ada:
    - text: /the first word/
      say: Heard.
    - text: /is replaced by what you write/
      say: SUMMARY-7
    - text: /the second word/
      say: Heard too.
`,
    { ada: {} },
  );
  const run = await start("ada");
  await sendMessage(team, "user", { to: ["ada"], text: "the first word" });
  await until(async () => asked() === 1 && (await team.store.presence.read(ada))?.status === "idle");

  await steerMember(team, "user", ada, { what: "compact" });
  await until(async () => asked() === 2 && (await team.store.presence.read(ada))?.status === "idle");
  run.stop();
  await run.ended;
  await start("ada");
  await sendMessage(team, "user", { to: ["ada"], text: "the second word" });
  await until(() => asked() === 3);

  const body = JSON.stringify(model.requests().at(-1)?.body);
  expect(body).toMatch(/SUMMARY-7.*Members: ada.*the second word/s);
  expect(body).not.toContain("the first word");
});
