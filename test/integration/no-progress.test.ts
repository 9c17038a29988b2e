import { expect, test } from "vitest";
import { MemberName } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");

test("K4 a member that makes the same call again and again rests with its task, over a kill -9 too, until it gets a word", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /try the other door/
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Done. }]
    - times: any
      call: [{ tool: Bash, input: { command: "echo locked; exit 1" } }]
`,
    { ada: { definition: { tools: ["Bash"] } } },
  );
  const { team, model, asked } = members;
  const first = await memberProcess(members, "ada");
  await createTask(team, "user", { subject: "Open the door" });
  const told = async (): Promise<readonly string[]> =>
    (await readMailbox(team, "user")).map(({ message }) => message.text ?? "");
  await until(async () => (await told()).length > 0, { within: 20_000 });

  expect(asked()).toBe(5);
  expect(await told()).toEqual([
    'ada makes no progress: it made the same call 5 times with the same result: "echo locked; exit 1". Its turn was ended. It keeps its task, and does nothing more before it gets a message.',
  ]);
  expect(JSON.stringify(model.requests()[3]?.body)).toContain("You have made the same call 3 times");

  await first.kill();
  await memberProcess(members, "ada");
  await until(async () => (await team.store.presence.read(ada))?.status === "idle");
  // An entry of somebody else is what would wake whoever goes on by itself.
  await createTask(team, "user", { subject: "Another one" });
  await until(async () => (await team.readOn()).tasks.size === 2);
  expect(asked()).toBe(5);
  expect([...team.state().tasks.values()].map(({ status, owner }) => [status, owner])).toEqual([
    ["in_progress", "ada"],
    ["pending", undefined],
  ]);

  await sendMessage(team, "user", { to: ["ada"], text: "try the other door" });
  await until(async () => [...(await team.readOn()).tasks.values()][0]?.status === "completed", {
    within: 10_000,
  });
  expect(JSON.stringify(model.requests()[5]?.body)).toContain("Your turn was ended, and people were told");
});
