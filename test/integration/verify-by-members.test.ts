import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TaskId } from "../../src/protocol/names.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const id = (number: number) => TaskId.parse(String(number));

test("L20 a task's verify that the lead's model wrote runs by the rights of whoever completes it: who has no shell does not run it", async () => {
  const { team, dir, model, start, envOf } = await memberTeam(
    `
  lead:
    - text: /this goal/
      call:
        - { tool: TaskCreate, input: { subject: With a shell, role: smith, verify: "echo run >> ran" } }
        - { tool: TaskCreate, input: { subject: Without one, role: clerk, verify: "echo run >> never" } }
      next: [{ say: Shared out. }]
    - times: any
      say: Seen.
  smith:
    - text: /this has to pass/
      call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
      next: [{ say: Done. }]
  clerk:
    - text: /this has to pass/
      call: [{ tool: TaskUpdate, input: { task: "2", status: completed } }]
      next:
        - result: /lead set it, and it is not run here/
          failed: true
          call: [{ tool: TaskUpdate, input: { task: "2", status: failed, note: I have no shell. } }]
        - say: Given up.
`,
    {
      lead: {},
      smith: { role: "smith", definition: { tools: ["Bash"] } },
      clerk: { role: "clerk", definition: { tools: ["Read"] } },
    },
    "Two things",
  );
  for (const name of ["lead", "smith", "clerk"]) await start(name);

  const status = (number: number) => team.state().tasks.get(id(number))?.status;
  await until(
    async () => {
      await team.readOn();
      return status(1) === "completed" && status(2) === "failed";
    },
    { within: 20_000, what: "both tasks have ended" },
  );

  expect(team.state().tasks.get(id(1))).toMatchObject({
    verify: { command: "echo run >> ran", by: "lead" },
    verified: ["echo run >> ran"],
  });
  expect(readFileSync(join(dir, "ran"), "utf8")).toBe("run\n");
  expect(existsSync(join(dir, "never"))).toBe(false);
  expect(JSON.stringify(model.requests().map(({ body }) => body))).toContain(
    "You have no shell in this team",
  );
  // It is a decision about a call like any other.
  const audit = join(envOf("smith")["CLAUDE_CONFIG_DIR"] ?? "", "teams/demo/agents/smith/audit.jsonl");
  expect(readFileSync(audit, "utf8")).toContain('"tool":"Bash"');
});
