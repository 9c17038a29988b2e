import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { TroupeError } from "../../src/base/errors.ts";
import { TeamFile } from "../../src/protocol/team-file.ts";
import { readTeamFile } from "../../src/runtime/team-plan.ts";
import { parseScript } from "../../src/scripted/read-script.ts";
import { parseRecording } from "../../src/scripted/recording.ts";
import { parseCountRequest, parseRequest } from "../../src/scripted/request.ts";
import { anyJson, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { tempFolder } from "./temp-folder.ts";

const FIXTURES = join(import.meta.dirname, "../../teams-fixtures/calculator");

/** The value, or the trouble when it is of this code and says where; everything else is thrown on. */
async function valueOr<T>(
  code: TroupeError["code"],
  where: string,
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    must(error.code).toBe(code);
    must(error.message).toContain(where);
    must(error.message.length).toBeLessThan(10_000);
    return undefined;
  }
}

const word = fc.oneof(
  fc.constantFrom("cyd", "dan", "X-1"),
  fc.constantFrom("ada", "bob", "lead", "Lead", "user", "x y", "constructor", "", "a".repeat(65)),
  fc.string(),
);
const prompt = fc.oneof(
  fc.constantFrom("@notes.md", "@../x", "@/etc/passwd", "@", "@.", "@a\0b", "@\ud800", " "),
  fc.string(),
);
const folder = fc.constantFrom(
  "sub",
  ".",
  "..",
  "/",
  "a\0b",
  "x".repeat(300),
  "\ud800",
  "notes.md",
  "sub/../..",
);

/** A team file that is right. */
const rightTeam = fc.record(
  {
    name: fc.constant("demo"),
    goal: fc.constantFrom("Build it", "é 🦉"),
    members: fc.subarray([
      { name: "ada", prompt: "Be kind.", tools: ["Read"] },
      { name: "bob", role: "lead", model: "sonnet", dir: "sub" },
      { name: "constructor", prompt: "@notes.md" },
    ]),
    tasks: fc.subarray([
      { subject: "a", blockedBy: [] },
      { subject: "constructor", blockedBy: [1], priority: 7 },
      { subject: "c", description: "x", blockedBy: ["a", "constructor"], role: "tester" },
    ]),
    review: fc.boolean(),
    durability: fc.constantFrom("default", "power"),
  },
  { requiredKeys: [] },
);

/** One field of it as it should not be: of the file, of its first member, or of its first task. */
const spoilt = fc.oneof(
  fc.tuple(
    fc.constant("file"),
    fc.constantFrom("name", "goal", "review", "members", "tasks", "x", "__proto__"),
    anyJson,
  ),
  fc.tuple(fc.constant("file"), fc.constant("name"), word),
  fc.tuple(fc.constant("member"), fc.constantFrom("name", "role", "model"), word),
  fc.tuple(fc.constant("member"), fc.constant("prompt"), prompt),
  fc.tuple(fc.constant("member"), fc.constant("dir"), folder),
  fc.tuple(fc.constant("member"), fc.constantFrom("tools", "dir", "x", "__proto__"), anyJson),
  fc.tuple(
    fc.constant("task"),
    fc.constant("blockedBy"),
    fc.array(fc.oneof(fc.nat(4), fc.constantFrom<unknown>("a", "b", "constructor", 1.5, -1)), {
      maxLength: 3,
    }),
  ),
  fc.tuple(fc.constant("task"), fc.constantFrom("subject", "role", "priority", "x"), fc.oneof(word, anyJson)),
);

const nearlyTeam: fc.Arbitrary<unknown> = fc
  .tuple(rightTeam, fc.array(spoilt, { maxLength: 2 }))
  .map(([right, all]) => {
    const file: Record<string, unknown> = structuredClone(right);
    for (const [where, key, value] of all) {
      const list = where === "member" ? right.members : right.tasks;
      const [first, ...rest] = list ?? [];
      // Own and enumerable, as JSON.parse makes it: a plain assignment of __proto__ would be lost.
      const put = (to: object): object =>
        Object.defineProperty({ ...to }, key, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      if (where === "file")
        Object.defineProperty(file, key, { value, enumerable: true, configurable: true, writable: true });
      else if (first) file[`${where}s`] = [put(first), ...rest];
    }
    return file;
  });

/** Bytes of a file: nearly right, damaged, or anything. */
function fileOf(nearly: fc.Arbitrary<unknown>, whole: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const text = nearly.map((value) => Buffer.from(JSON.stringify(value)));
  return fc.oneof(
    { weight: 4, arbitrary: text },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.oneof(text, fc.constantFrom(...whole)), harms())
        .map(([bytes, all]) => harmed(bytes, all)),
    },
    anyJson.map((value) => Buffer.from(JSON.stringify(value))),
    fc
      .constantFrom(
        "[".repeat(50_000),
        `{"members":${"[".repeat(9_000)}${"]".repeat(9_000)}}`,
        "",
        "\uFEFF{}",
      )
      .map((all) => Buffer.from(all)),
  );
}

function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

const teamFiles = fuzz({
  title: "D3 D6 D7 D10 D11 D12 E1 any team.json gives a plan, or bad_team_file that names the file",
  parsers: ["src/runtime/team-plan.ts", "src/runtime/task-plan.ts", "src/runtime/team-file-error.ts"],
  input: fileOf(nearlyTeam, [fixture("team.json")]),
  open: () => {
    const dir = tempFolder();
    const path = join(dir, "team.json");
    writeFileSync(join(dir, "notes.md"), "Be brief.");
    mkdirSync(join(dir, "sub"));
    return async (bytes) => {
      writeFileSync(path, bytes);
      const plan = await valueOr("bad_team_file", path, () => readTeamFile(path, dir));
      refusePollution();
      if (!plan) return;
      // What is taken has only fields that are known: a misspelled one is never passed over in silence.
      const value: unknown = JSON.parse(bytes.toString().replace(/^\uFEFF/, ""));
      must(TeamFile.safeParse(value).success).toBe(true);
      must(plan.members.filter(({ lead }) => lead)).toHaveLength(1);
      for (const { definition } of plan.members)
        must(definition.dir === undefined || `${definition.dir}/`.startsWith(`${dir}/`)).toBe(true);
      for (const [index, { blockedBy }] of plan.tasks.entries())
        for (const number of blockedBy) {
          must(number).not.toBe(index + 1);
          must(plan.tasks[number - 1]).toBeDefined();
        }
    };
  },
});

const SCRIPTS = [
  'agents: {ada: [{say: "hi $1 ${x}", text: "/(?<x>a+)b/i"}, {call: [{tool: Read, input: {file_path: a}}], next: [{say: b}]}]}',
  "agents: &a {ada: &r [{say: a}], bob: *r}\n",
  "model: x\nagents:\n  '*':\n    - say: a\n      fault: 529\n      usage: {input: 1}\n",
].map((text) => Buffer.from(text));
const YAML_TRICKS = [
  "&a [*a]",
  "*nope",
  "<<: *a",
  "<<: 3",
  "!!binary aGk=",
  "!!set {a}",
  "!!js/function x",
  "? [a] : b",
  "---\n",
  "...\n",
  "%YAML 1.1\n---\n",
  "__proto__: {polluted: 1}",
  "constructor: [{say: a}]",
  "{$file: ../x}",
  "- ".repeat(300),
  "/(a+)+$/",
  "[".repeat(3000),
  "&a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
  "\t",
  "? ",
  ": ",
].map((text) => Buffer.from(text));

const step = fc.record(
  {
    agent: fc.constantFrom("ada", "*", "constructor", "__proto__", "toString", "", "x y"),
    say: fc.oneof(fc.constantFrom("hi", "$1", "${x}", "$$", ""), fc.string()),
    text: fc.oneof(
      fc.constantFrom("/(/", "/a/g", "/", "(", "/(?<__proto__>a)/", "/(?<constructor>a)/u"),
      fc.string(),
    ),
    call: fc.constantFrom<unknown>(
      [{ tool: "Read", input: { file_path: "a" } }],
      [{ tool: "Read", input: JSON.parse('{"__proto__":{"polluted":1},"a":["$1"]}') as unknown }],
      [],
      7,
    ),
    times: fc.constantFrom<unknown>(1, "any", 0, 1.5),
    fault: fc.constantFrom<unknown>(529, { cut: 3 }, {}, { hang: true }, "x"),
    next: anyJson,
    model: fc.constantFrom<unknown>("x", ""),
    unknown: anyJson,
  },
  { requiredKeys: [] },
);
const jsonLines = fc
  .tuple(fc.array(step, { maxLength: 5 }), fc.oneof(fc.constant([]), harms()))
  .map(([lines, all]) => harmed(Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n")), all));

const scripts = fuzz({
  title: "D1 D6 D7 D11 any script, YAML or JSON lines, is one, or bad_script that names file and line",
  parsers: ["src/scripted/source.ts", "src/scripted/read-script.ts"],
  input: fc.oneof(
    fc
      .tuple(fc.constantFrom(...SCRIPTS, fixture("script.yaml")), harms(YAML_TRICKS))
      .map(([bytes, all]) => ({ name: "s.yaml", bytes: harmed(bytes, all) })),
    fc
      .tuple(fc.constantFrom(...YAML_TRICKS), fc.constantFrom("agents: ", "agents:\n  ada: ", "a: ", ""))
      .map(([trick, front]) => ({
        name: "s.yaml",
        bytes: Buffer.concat([Buffer.from(front), trick]),
      })),
    anyJson.map((value) => ({ name: "s.yaml", bytes: Buffer.from(JSON.stringify(value)) })),
    jsonLines.map((bytes) => ({ name: "s.jsonl", bytes })),
  ),
  open:
    () =>
    async ({ name, bytes }) => {
      const text = bytes.toString();
      const script = await valueOr("bad_script", `${name}:`, () => parseScript(text, name));
      refusePollution();
      // Every agent that a line speaks of has its rules: none is lost for its odd name.
      if (script && name === "s.jsonl")
        for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
          const { agent } = JSON.parse(line) as { agent?: string };
          if (agent !== undefined) must(script.agents.get(agent.toLowerCase())?.length).toBeGreaterThan(0);
        }
    },
});

const CALL = {
  agent: "ada",
  turn: 1,
  hash: "abc",
  request: { model: "x" },
  response: { status: 200, type: "application/json", headers: { a: "b" }, body: "{}", cut: false },
  later: 1,
};

const recordings = fuzz({
  title: "D1 D6 D11 any recording is one, or bad_script that names file and line",
  parsers: ["src/scripted/recording.ts"],
  input: fc.oneof(
    fc
      .tuple(fc.constant(Buffer.from(`${JSON.stringify(CALL)}\n${JSON.stringify(CALL)}\n`)), harms())
      .map(([bytes, all]) => harmed(bytes, all)),
    fc
      .tuple(fc.constantFrom(...Object.keys(CALL)), anyJson)
      .map(([key, value]) => Buffer.from(JSON.stringify({ ...CALL, [key]: value }))),
  ),
  open: () => async (bytes) => {
    const calls = await valueOr("bad_script", "r.jsonl:", () => parseRecording(bytes.toString(), "r.jsonl"));
    // All of the lines, or none: a recording without one of them would answer something else.
    if (calls)
      must(calls).toHaveLength(
        bytes
          .toString()
          .split("\n")
          .filter((line) => line.trim() !== "").length,
      );
    refusePollution();
  },
});

const block = fc.oneof(
  fc.constantFrom<unknown>(
    { type: "text", text: "a" },
    { type: "text", text: " " },
    { type: "tool_use", id: "t1", name: "Read", input: {} },
    { type: "tool_result", tool_use_id: "t1", content: "x" },
    { type: "tool_result", tool_use_id: "t2" },
    { type: "thinking", thinking: "a", signature: "b" },
    null,
  ),
  anyJson,
);
const request = fc.record(
  {
    model: fc.constantFrom<unknown>("x", "", 7),
    max_tokens: fc.constantFrom<unknown>(1, 0, Number.POSITIVE_INFINITY, "1"),
    messages: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.array(
          fc.record({
            role: fc.constantFrom("user", "assistant", "system"),
            content: fc.oneof(fc.constant("hi"), fc.array(block, { maxLength: 3 })),
          }),
          { maxLength: 4 },
        ),
      },
      { weight: 1, arbitrary: anyJson },
    ),
    system: fc.oneof(fc.constant("s"), anyJson),
    tools: fc.oneof(fc.constant([{ name: "a", input_schema: { type: "object" } }]), anyJson),
    stream: fc.boolean(),
    unknown: anyJson,
  },
  { requiredKeys: ["model", "max_tokens", "messages"] },
);

const requests = fuzz({
  title: "D6 D11 any body of a model request is a request, or an error in words",
  parsers: ["src/scripted/request.ts", "src/scripted/model-server.ts", "src/scripted/record.ts"],
  input: fc.oneof(request, anyJson),
  open: () => (body) => {
    for (const parsed of [parseRequest(body), parseCountRequest(body)])
      if (!parsed.ok) must(parsed.message.length).toBeGreaterThan(0);
    refusePollution();
  },
});

export const configProperties: readonly Fuzz[] = [teamFiles, scripts, recordings, requests];
