import * as fc from "fast-check";
import { expect, test } from "vitest";
import { agentsMenu } from "../../../src/plugins/agents-menu.ts";

const two = [
  { name: "ada", description: "Reviews. And more." },
  { name: "bob", description: "Tests. And more." },
];

test.each([
  [100, "- ada: Reviews. And more.\n- bob: Tests. And more."],
  [48, "- ada: Reviews. And more.\n- bob: Tests."],
  [33, "- ada: Reviews.\n- bob: Tests."],
  [25, "- ada: Reviews.\n- bob"],
  [11, "- ada\n- bob"],
  [4, ""],
])("in %d characters", (budget, menu) => {
  expect(agentsMenu(two, budget)).toBe(menu);
});

test("names that do not fit are counted", () => {
  const many = Array.from({ length: 9 }, (_, index) => ({ name: `agent-${index}`, description: "x" }));

  expect(agentsMenu(many, 45)).toBe("- agent-0\n- agent-1\n- agent-2\n… and 6 more");
});

test("whatever there is, the menu keeps to its budget, and no lower entry stands higher", () => {
  const entries = fc.array(fc.record({ name: fc.string({ maxLength: 20 }), description: fc.string() }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(entries, fc.nat(600), (agents, budget) => {
      const clean = agents.map((agent, index) => ({
        name: `${index}${agent.name.replaceAll(/\s/g, "")}`,
        description: agent.description.replaceAll(/\s+/g, " "),
      }));
      const menu = agentsMenu(clean, budget);

      expect(menu.length).toBeLessThanOrEqual(budget);
      expect(agentsMenu(clean, budget)).toBe(menu);
      const lines = menu.split("\n");
      if (lines.length !== clean.length) return;
      const isBare = lines.map((line, index) => line === `- ${clean[index]?.name ?? ""}`);
      expect(isBare).toEqual(isBare.toSorted((one, other) => Number(one) - Number(other)));
    }),
  );
});
