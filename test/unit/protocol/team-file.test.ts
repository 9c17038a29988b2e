import { expect, test } from "vitest";
import { knownKeys, TeamFile, TeamFileMember } from "../../../src/protocol/team-file.ts";

test("a team file with every field of this version parses as it is", () => {
  const file = {
    $schema: "https://example.invalid/team.json",
    name: "parser-build",
    goal: "A parser with error recovery",
    members: [
      { name: "lead" },
      {
        name: "builder",
        role: "engineer",
        model: "sonnet",
        prompt: "@roles/engineer.md",
        tools: ["Read"],
        dir: "src",
      },
    ],
    tasks: [
      { subject: "Parser", description: "Recursive descent", role: "engineer", priority: 3 },
      { subject: "Review", blockedBy: [1, "Parser"] },
    ],
    review: true,
    durability: "power",
  };

  expect(TeamFile.parse(file)).toEqual(file);
});

test("an empty object is a team file: everything has a default", () => {
  expect(TeamFile.parse({})).toEqual({});
});

test.each([
  ["a key that nobody knows", { nam: "x" }],
  ["a key of a later version", { border: "mirror" }],
  ["a budget of nothing", { budget: {} }],
  ["a budget of a limit that nobody knows", { budget: { euro: 5 } }],
  ["a budget of no dollars", { budget: 0 }],
  ["a member's key that nobody knows", { members: [{ name: "ada", modle: "x" }] }],
  ["a task's key that nobody knows", { tasks: [{ subject: "x", blocks: [1] }] }],
  ["a reserved member name", { members: [{ name: "all" }] }],
  ["a path as team name", { name: "../x" }],
  ["a name of 300 bytes", { name: "n".repeat(300) }],
  ["a name that Windows opens as a device", { members: [{ name: "nul" }] }],
  ["a task without subject", { tasks: [{ subject: "   " }] }],
  ["task number 0", { tasks: [{ subject: "x", blockedBy: [0] }] }],
  ["half a priority", { tasks: [{ subject: "x", priority: 1.5 }] }],
  ["an unknown durability", { durability: "high" }],
  ["a list", []],
  ["null", null],
  ["65 members", { members: Array.from({ length: 65 }, (_, index) => ({ name: `m${index}` })) }],
])("E1, E2, E5 and E7 %s is no team file", (_, file) => {
  expect(TeamFile.safeParse(file).success).toBe(false);
});

test("the known keys are those of the place that a path names", () => {
  expect(knownKeys([])).toContain("members");
  expect(knownKeys(["members", 3])).toEqual(Object.keys(TeamFileMember.shape));
  expect(knownKeys(["tasks", 0])).toEqual([
    "subject",
    "description",
    "blockedBy",
    "role",
    "priority",
    "verify",
  ]);
});
