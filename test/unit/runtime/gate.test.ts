import { expect, test } from "vitest";
import { hasTool, type Permissions, whyMissing } from "../../../src/runtime/gate.ts";

const member: Permissions = { dir: "/srv/app", lead: false, tools: undefined };

test.each([
  ["Read", true],
  ["Grep", true],
  ["Bash", false],
  ["SendMessage", true],
  ["ReportDone", true],
  ["SpawnTeammate", false],
])("a member without a list of tools has %s: %s", (name, has) => {
  expect(hasTool(member, name)).toBe(has);
});

test.each([
  ["Bash", true],
  ["Read", true],
  ["Write", false],
  ["mcp__github__search", false],
  ["TaskUpdate", true],
  ["SpawnTeammate", false],
])("a member with the tools Bash and Read has %s: %s", (name, has) => {
  expect(hasTool({ ...member, tools: ["Bash", "Read"] }, name)).toBe(has);
});

test("only the lead starts teammates, whatever its list of tools says", () => {
  expect(hasTool({ ...member, tools: ["SpawnTeammate"] }, "SpawnTeammate")).toBe(false);
  expect(hasTool({ ...member, lead: true, tools: [] }, "SpawnTeammate")).toBe(true);
});

test("what a member has not got is refused with what to do, and what it has is not", () => {
  expect(whyMissing(member, "Bash")).toMatch(/no shell/);
  expect(whyMissing({ ...member, tools: ["Read"] }, "Write")).toBe(
    "Write is not among your tools. You have: Read.",
  );
  expect(whyMissing(member, "SpawnTeammate")).toMatch(/Only the lead/);
  expect(whyMissing(member, "Read")).toBeUndefined();
});
