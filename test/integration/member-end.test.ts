import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { InstanceId, MemberName } from "../../src/protocol/names.ts";
import { liveAsMember } from "../../src/runtime/member.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");

test("F1 a team folder that goes away ends the life, and nothing is made again", async () => {
  const { workspace, start } = await memberTeam("  ada: []", { ada: {} });
  const run = await start("ada");
  const folder = join(workspace.configDir, "teams", "demo");

  renameSync(folder, `${folder}.gone`);

  expect(await run.ended).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

test("F2 a team that was made again under the same name is another team: old agents leave it alone", async () => {
  const { team, workspace, dir, start } = await memberTeam("  ada: []", { ada: {} });
  const run = await start("ada");
  const folder = join(workspace.configDir, "teams", "demo");

  renameSync(folder, `${folder}.gone`);
  const again = await workspace.create({ name: team.name, dir, settings: {}, members: [], tasks: [] });
  onTestFinished(again.close);

  expect(await run.ended).toBe(0);
  expect((await again.readOn()).members.size).toBe(0);
  expect(await again.store.presence.read(ada)).toBeUndefined();
});

test("a member that is started again with nothing to go on with makes no model call before something comes", async () => {
  const { team, model, start, asked } = await memberTeam("  ada: [{ say: Hello. }]", { ada: {} });
  const before = await start("ada");
  before.stop();
  await before.ended;

  await start("ada");
  await sendMessage(team, "user", { to: ["ada"], text: "good morning" });
  await until(async () => (await readMailbox(team, ada))[0]?.state === "read");

  const body = JSON.stringify(model.requests()[0]?.body);
  expect(asked()).toBe(1);
  expect(body.indexOf("Your process was started again")).toBeLessThan(body.indexOf("good morning"));
});

test("a life that the journal does not know is refused before anything is written", async () => {
  const { team, workspace, announce, envOf } = await memberTeam("  ada: []", { ada: {} });
  const current = await announce("ada");
  const host = { ...workspace.host, env: envOf("ada") };
  const late = InstanceId.parse("another-life");

  const life = liveAsMember({ ...workspace, host }, team.name, ada, late, new AbortController().signal);

  await expect(life).rejects.toMatchObject({
    code: "conflict",
    message: `another-life is not the life of ada, which is ${current}`,
  });
  expect(await team.store.presence.read(ada)).toBeUndefined();
});

test("a life ends by itself when the journal names a later one", async () => {
  const { team, start, announce } = await memberTeam("  ada: []", { ada: {} });
  const run = await start("ada");
  await team.commit({ op: "end", by: "system", member: ada, instance: run.instance, how: "died" });

  await announce("ada");

  expect(await run.ended).toBe(0);
  expect(team.state().members.get("ada")?.life?.ended).toBeUndefined();
});

test.each(["entry", "signal"])(
  "K11 who is asked twice, first by the %s, cuts its tool call off and ends in good order",
  async (order) => {
    const { team, dir, start } = await memberTeam(
      `
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "touch begun; sleep 60" } }]
`,
      { ada: { definition: { tools: ["Bash"] } } },
    );
    const run = await start("ada");
    await createTask(team, "user", { subject: "Long" });
    await until(() => existsSync(join(dir, "begun")));

    if (order === "signal") run.stop();
    await team.commit({ op: "stop", by: "user", member: ada });
    await until(async () => (await team.store.presence.read(ada))?.status !== "working");
    if (order === "entry") run.stop();

    expect(await run.ended).toBe(0);
    expect([...(await team.readOn()).tasks.values()]).toMatchObject([{ status: "pending", deaths: 0 }]);
    expect(team.state().members.get("ada")?.life?.ended?.how).toBe("stopped");
    expect((await openTranscript(team, ada)).turns.at(-1)?.message).toMatchObject({ role: "user" });
  },
);
