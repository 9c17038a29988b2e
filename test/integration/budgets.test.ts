import { expect, test } from "vitest";
import { MemberName } from "../../src/protocol/names.ts";
import { roster } from "../../src/runtime/roster.ts";
import { setBudget } from "../../src/team/budgets.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");

const STEPS = `
  ada:
    - text: /claimed task/
      call: [{ tool: TaskList, input: {} }]
    - call: [{ tool: TaskList, input: {} }]
    - call: [{ tool: TaskList, input: {} }]
    - call: [{ tool: TaskList, input: {} }]
    - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
    - say: Done.
`;

async function told(team: Team): Promise<readonly string[]> {
  return (await readMailbox(team, "user")).map(({ message }) => message.text ?? "");
}

test("I13 a member whose budget is used makes no further call and keeps its task; a larger one lets it go on where it was", async () => {
  const { team, start, asked } = await memberTeam(STEPS, { ada: { definition: { budget: { turns: 3 } } } });
  await start("ada");
  await createTask(team, "user", { subject: "Work" });
  await until(async () => (await team.store.presence.read(ada))?.waitingFor === "budget");

  await sendMessage(team, "user", { to: ["ada"], text: "are you there?" });
  await until(async () => (await told(team)).length > 0);
  const spentAt = asked();
  await team.readOn();
  const [line] = await roster(team);
  await setBudget(team, "user", ada, { turns: 20 });
  await until(async () => [...(await team.readOn()).tasks.values()][0]?.status === "completed");

  expect(spentAt).toBe(3);
  expect(line).toMatchObject({ state: "paused", waitingFor: "budget", task: "1" });
  expect(await told(team)).toEqual([
    "The budget of ada is reached: 3 of 3 model calls. ada is paused and keeps its task; no work is lost. The user raises it: troupe agent budget ada turns=6 --team demo",
  ]);
});
