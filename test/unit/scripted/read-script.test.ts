import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { parseScript, readScript } from "../../../src/scripted/read-script.ts";
import { tempFolder } from "../../support/temp-folder.ts";

function troubleOf(
  text: string,
  name = "demo.yaml",
): { code: string; message: string; hint: string | undefined } {
  try {
    parseScript(text, name);
  } catch (error) {
    if (error instanceof TroupeError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error("no error");
}

const rule = (...lines: string[]): string =>
  ["agents:", "  ada:", ...lines.map((line) => `    ${line}`)].join("\n");

test.each([
  ["a broken flow", "agents: { ada: [\n  { say: hi }\n", "demo.yaml:3: "],
  ["a tab", "agents:\n\tada: []\n", "demo.yaml:2: "],
  ["a key twice", rule("- say: a", "  say: b"), "demo.yaml:4: "],
])("a syntax error names file and line: %s", (_, text, start) => {
  const trouble = troubleOf(text);

  expect(trouble.code).toBe("bad_script");
  expect(trouble.message.slice(0, start.length)).toBe(start);
});

test.each([
  [
    "of a rule",
    rule("- say: a", "- txet: b", "  say: c"),
    "demo.yaml:4: agents.ada.1.txet: txet is not a field here",
    "did you mean text?",
  ],
  ["of the script", "agent:\n  ada: []\n", "demo.yaml:1: agents: ", undefined],
  ["of a call", rule("- call:", "  - { tol: Bash }"), "demo.yaml:4: agents.ada.0.call.0.tool: ", undefined],
  [
    "of a fault",
    rule("- fault:", "    stats: 429"),
    "demo.yaml:4: agents.ada.0.fault.stats: stats is not a field here",
    "did you mean status?",
  ],
  [
    "of a usage",
    rule("- say: a", "  usage: { outputs: 1 }"),
    "demo.yaml:4: agents.ada.0.usage.outputs: ",
    "did you mean output?",
  ],
  [
    "of a step",
    rule("- say: a", "  next:", "  - say: b", "    turn: 2"),
    "demo.yaml:6: agents.ada.0.next.0.turn: ",
    "known fields: text, heard, result, tool, failed, times, say, call, stop, usage, delayMs, model, fault",
  ],
])("an unknown field %s is refused with its line and the nearest known one", (_, text, start, hint) => {
  const trouble = troubleOf(text);

  expect(trouble.message.slice(0, start.length)).toBe(start);
  expect(trouble.hint).toBe(hint);
});

test("a field that resembles nothing gets the list of fields", () => {
  expect(troubleOf(rule("- xxxxxxxxxx: 1", "  say: a")).hint).toMatch(/^known fields: text, heard, result, /);
});

test.each([
  ["a rule without a reply", rule("- text: a"), "agents.ada.0: a rule needs a reply: say, call or fault"],
  ["an empty fault", rule("- fault: {}"), "a fault needs at least one field"],
  [
    "a regular expression that YAML cut at #",
    rule("- text: /task #1/", "  say: a"),
    "/task begins like a regular expression",
  ],
  ["a regular expression that is none", rule("- text: '/(/'", "  say: a"), "Unterminated group"],
  [
    "a capture that no rule of the agent makes",
    rule("- say: 'hi ${nmae}'"),
    "${nmae} names no capture of this agent",
  ],
  [
    "a numbered capture that the rule does not make",
    rule("- text: '/a/'", "  say: 'hi $1'"),
    "$1 names no capture of this rule",
  ],
  ["an agent's name", "agents:\n  ../x: []\n", "agents.../x"],
  [
    "a file in a script that is none",
    rule("- call: [{ tool: W, input: { c: { $file: x } } }]"),
    "$file needs a script that is a file: x",
  ],
])("%s is refused", (_, text, what) => {
  expect(troubleOf(text)).toMatchObject({
    code: "bad_script",
    message: expect.stringContaining(what) as string,
  });
});

test("JSON lines: one rule a line, an error has its line", () => {
  const good =
    '{"model":"m"}\n{"agent":"ada","say":"a"}\n\n{"agent":"bob","say":"b"}\n{"agent":"ada","say":"c"}\n';

  const script = parseScript(good, "s.jsonl");

  expect(script.model).toBe("m");
  expect(script.agents.get("ada")?.map(({ line }) => line)).toEqual([2, 5]);
  expect(troubleOf(`${good}{"agent":"ada","sya":"d"}`, "s.jsonl")).toMatchObject({
    message: "s.jsonl:6: agents.ada.2.sya: sya is not a field here",
    hint: "did you mean say?",
  });
  expect(troubleOf(`${good}{"agent":`, "s.jsonl").message).toMatch(/^s\.jsonl:6: not JSON: /);
  expect(troubleOf(`${good}{"say":"d"}`, "s.jsonl").message).toBe(
    "s.jsonl:6: a line is a rule with agent, or names the model",
  );
});

test("$file puts in the content of a file beside the script, its dollar signs untouched", async () => {
  const dir = tempFolder();
  writeFileSync(join(dir, "a.js"), "`${x} costs $1`\n");
  writeFileSync(join(dir, "s.yaml"), rule("- call: [{ tool: Write, input: { content: { $file: a.js } } }]"));

  const script = await readScript(join(dir, "s.yaml"));

  expect(script.agents.get("ada")?.[0]?.reply.calls).toEqual([
    { tool: "Write", input: { fields: [["content", { value: "`${x} costs $1`\n" }]] } },
  ]);
});

test("a script or a file of it that is not there is named with its line", async () => {
  const dir = tempFolder();
  const path = join(dir, "s.yaml");
  await expect(readScript(path)).rejects.toMatchObject({ code: "bad_script" });

  writeFileSync(path, rule("- say: a", "- call: [{ tool: Write, input: { content: { $file: a.js } } }]"));
  await expect(readScript(path)).rejects.toThrow(`${path}:4: cannot read ${join(dir, "a.js")}: ENOENT`);
});

test("agents are found without case, rules keep their order", () => {
  const script = parseScript("agents: { Ada: [{ say: a }, { say: b }] }", "s.yaml");

  expect([...script.agents.keys()]).toEqual(["ada"]);
  expect(script.agents.get("ada")).toHaveLength(2);
});
