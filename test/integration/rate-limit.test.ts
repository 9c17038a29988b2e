import { expect, test } from "vitest";
import { sendMessage } from "../../src/team/mail.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const AGENTS = Array.from({ length: 10 }, (_, index) => `a${index}`);
const WINDOW_MS = 3_000;

test("I1 ten agents in front of a rate limit ask a few times for all of them, and all go on behind it", async () => {
  const members = await memberTeam(
    `
  a0:
    - fault: { status: 429, everybodyMs: ${WINDOW_MS}, retryAfterMs: 300 }
    - say: Done.
  '*': [{ say: Done. }]
`,
    Object.fromEntries(AGENTS.map((name) => [name, {}])),
  );
  const { team, model } = members;
  const oneKey = {
    ...members,
    envOf: (name: string) => ({ ...members.envOf(name), ANTHROPIC_BASE_URL: model.url }),
  };
  let entries = 0;
  team.subscribe(({ entry }) => {
    entries += Number(entry.op === "backoff");
  });
  const statuses = (status: number) => model.requests().filter((seen) => seen.status === status).length;
  for (const name of AGENTS) await memberProcess(oneKey, name);

  await sendMessage(team, "user", { to: ["a0"], text: "go" });
  await until(() => statuses(429) > 0, { within: 10_000, what: "the first refusal" });
  await sendMessage(team, "user", { to: ["all"], text: "go on" });

  await until(
    () => AGENTS.every((name) => model.requests().some((seen) => seen.agent === name && seen.status === 200)),
    {
      within: 40_000,
      what: "everybody has an answer",
    },
  );
  await team.readOn();

  // Each by itself would ask every 300 ms: a hundred requests.
  expect(statuses(429)).toBeLessThanOrEqual(AGENTS.length + 25);
  expect(entries).toBeGreaterThan(0);
  expect(entries).toBeLessThanOrEqual(20);
  expect(statuses(200)).toBe(AGENTS.length);
});
