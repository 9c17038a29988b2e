import { expect, test } from "vitest";
import { createTask } from "../../src/team/tasks.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

test("an idle teammate claims a task, works on it and completes it", async () => {
  const { team, join, start } = await memberTeam(`
  ada:
    - text: '/claimed task #(?<task>\\d+) "Write a greeting"/'
      call: [{ tool: Write, input: { file_path: hello.txt, content: hello } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "\${task}", status: completed, result: hello.txt } }]
        - say: Done.
`);
  await join("ada");
  await start("ada");

  await createTask(team, "user", { subject: "Write a greeting" });

  const done = await until(async () => {
    const task = [...(await team.readOn()).tasks.values()][0];
    return task?.status === "completed" ? task : undefined;
  });
  expect(done).toMatchObject({ previousOwner: "ada", result: "hello.txt", attempts: 1 });
});
