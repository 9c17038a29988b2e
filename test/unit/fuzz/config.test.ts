import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTeamFile } from "../../../src/runtime/team-plan.ts";
import { parseScript } from "../../../src/scripted/read-script.ts";
import { configProperties } from "../../support/fuzz-config.ts";
import { titled } from "../../support/fuzz-property.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test.each(titled(configProperties))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

test.each(["prompt", "dir"])("E1 a NUL in a member's %s is a bad team file", async (field) => {
  const dir = tempFolder();
  const path = join(dir, "team.json");
  writeFileSync(path, JSON.stringify({ name: "demo", members: [{ name: "ada", [field]: "@a\0b" }] }));

  await expect(readTeamFile(path, dir)).rejects.toMatchObject({
    code: "bad_team_file",
    message: `${path}: members[0].${field}: "@a\\u0000b" is no path`,
  });
});

test.each([
  ["an alias without an anchor", "s.yaml", "agents: *nope", "s.yaml:1: Unresolved alias"],
  [
    "an alias inside itself",
    "s.yaml",
    "agents: {a: [{call: [{tool: x, input: &a {x: *a}}]}]}",
    "s.yaml:1: an alias stands inside",
  ],
  [
    "a bomb of aliases",
    "s.yaml",
    `a: &a [${"x,".repeat(30)}]\nb: &b [${"*a,".repeat(30)}]\nc: [${"*b,".repeat(30)}]`,
    "s.yaml:1: Excessive alias",
  ],
  ["a merge of what is no map", "s.yaml", "%YAML 1.1\n---\n{<<: 3}", "s.yaml:1: Merge sources"],
  [
    "input that nests too deep",
    "s.jsonl",
    `{"agent":"a","call":[{"tool":"x","input":{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}}]}`,
    "s.jsonl:1: it nests too deep",
  ],
  [
    "the prototype as an agent",
    "s.jsonl",
    '{"agent":"__proto__","say":"x"}',
    "s.jsonl:1: agents.__proto__: ",
  ],
  ["the prototype as an agent", "s.yaml", "agents: {__proto__: [{say: x}]}", "s.yaml:1: agents.__proto__: "],
])("D6 D7 %s is a bad script", (_, name, text, message) => {
  expect(() => parseScript(text, name)).toThrow(expect.objectContaining({ code: "bad_script" }));
  expect(() => parseScript(text, name)).toThrow(message);
});

test("D6 an agent of a script may be called constructor", () => {
  const { agents } = parseScript('{"agent":"constructor","say":"x"}', "s.jsonl");

  expect([...agents.keys()]).toEqual(["constructor"]);
});
