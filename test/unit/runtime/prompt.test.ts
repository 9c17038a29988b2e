import { expect, test } from "vitest";
import { Role } from "../../../src/protocol/names.ts";
import { systemPrompt } from "../../../src/runtime/prompt.ts";
import { memberRecord, teamFacts } from "../../support/member-records.ts";

test("the first line says who it is", () => {
  const lead = systemPrompt(teamFacts(), memberRecord("lead"), "/srv/demo");
  const ada = systemPrompt(teamFacts(), memberRecord("ada", { role: Role.parse("engineer") }), "/srv/demo");

  expect(lead.split("\n")[0]).toBe("You are lead, the lead of team demo.");
  expect(ada.split("\n").slice(0, 2)).toEqual([
    "You are ada, a teammate in team demo.",
    "Your role is engineer.",
  ]);
});

test("lead and teammate have rules of their own", () => {
  const lead = systemPrompt(teamFacts(), memberRecord("lead"), "/w");
  const ada = systemPrompt(teamFacts(), memberRecord("ada"), "/w");

  expect(lead).toContain("You are the lead. Turn the goal into tasks");
  expect(ada).toContain("You are a teammate. When you are idle");
  expect(ada).not.toContain("You are the lead");
});

test("no placeholder is left, and a member's own prompt stays as it was written", () => {
  const definition = { prompt: "Write {{dir}} and $1 as they are." };

  const text = systemPrompt(teamFacts(), memberRecord("ada", { definition }), "/srv/demo");

  expect(text).toContain("Your working folder is /srv/demo;");
  expect(text.endsWith("Write {{dir}} and $1 as they are.")).toBe(true);
  expect(text.replace(definition.prompt, "")).not.toMatch(/\{\{|\}\}/);
});

test("it is below 1,200 tokens without the member's own prompt", () => {
  for (const name of ["lead", "ada"]) {
    const text = systemPrompt(teamFacts(), memberRecord(name), "/home/somebody/projects/demo");
    // English prose has more than 4 characters a token.
    expect(text.length / 4).toBeLessThan(1_200);
  }
});

test("the same life always gets the same text", () => {
  const before = systemPrompt(teamFacts(), memberRecord("ada"), "/w");
  const after = systemPrompt(teamFacts({ stopping: true }), memberRecord("ada", { restarts: 3 }), "/w");

  expect(after).toBe(before);
});
