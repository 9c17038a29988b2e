import { expect, test } from "vitest";
import { readTools } from "../../../src/mcp/remote-tool.ts";
import { compileTrouble } from "../../../src/mcp/schema-compiles.ts";

const object = { type: "object" };

const hash = (description: string, inputSchema: object): string | undefined =>
  readTools("s", [{ name: "a", description, inputSchema }], compileTrouble).tools[0]?.hash;

function names(server: string, ...told: readonly unknown[]): readonly string[] {
  return readTools(server, told, compileTrouble).tools.map(({ name }) => name);
}

test("names are mcp__server__tool, with every other character as an underscore", () => {
  expect(names("google calendar", { name: "list.events/all", inputSchema: object })).toEqual([
    "mcp__google_calendar__list_events_all",
  ]);
});

test("what is no tool, compiles to nothing, is too long or there already is left out, and said", () => {
  const { tools, problems } = readTools(
    "s",
    [
      { name: "good", inputSchema: object },
      { name: "go od", inputSchema: object },
      { name: "go_od", inputSchema: object },
      { name: "wrong type", inputSchema: { type: "object", properties: { a: { type: "nonsense" } } } },
      { name: "lost", inputSchema: { type: "object", properties: { a: { $ref: "#/$defs/none" } } } },
      { name: "x".repeat(200), inputSchema: object },
      { name: "slow", inputSchema: object, execution: { taskSupport: "required" } },
      { inputSchema: object },
      "nothing",
    ],
    compileTrouble,
  );

  expect(tools.map(({ remoteName }) => remoteName)).toEqual(["good", "go od"]);
  expect(problems).toHaveLength(7);
  expect(problems[0]).toBe("go_od is left out: another tool of the server is mcp__s__go_od already");
  expect(problems[1]).toContain("wrong type is left out: type must be JSONType");
});

test("a description is cut at 2 KB, its hidden characters are shown, and so are those in the schema", () => {
  const inputSchema = { type: "object", properties: { a: { type: "string", description: "x\u202Ey" } } };
  const [tool] = readTools(
    "s",
    [{ name: "a", description: `\u001b[2J${"é".repeat(4_000)}`, inputSchema }],
    compileTrouble,
  ).tools;

  expect(tool?.description).toBe(`${"é".repeat(1_024)}…`);
  expect(tool?.inputSchema["properties"]).toEqual({ a: { type: "string", description: "x‹U+202E›y" } });
});

test("claims of the server are kept as claims", () => {
  const [plain, marked] = readTools(
    "s",
    [
      { name: "a", inputSchema: object },
      {
        name: "b",
        inputSchema: object,
        annotations: { readOnlyHint: true },
        _meta: { "anthropic/requiresUserInteraction": true },
      },
    ],
    compileTrouble,
  ).tools;

  expect(plain).toMatchObject({ isReadOnly: false, needsPerson: false });
  expect(marked).toMatchObject({ isReadOnly: true, needsPerson: true });
});

test("alternatives at the root of a schema become one object", () => {
  const inputSchema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { id: { type: "string" } },
    required: ["id"],
    anyOf: [
      { properties: { a: { type: "string" }, both: { type: "string" } }, required: ["a", "both"] },
      { $ref: "#/$defs/other" },
    ],
    $defs: {
      other: { properties: { b: { type: "number" }, both: { type: "number" } }, required: ["b", "both"] },
    },
    additionalProperties: false,
  };
  const [tool] = readTools("s", [{ name: "a", inputSchema }], compileTrouble).tools;

  expect(tool?.inputSchema).toEqual({
    type: "object",
    properties: {
      id: { type: "string" },
      a: { type: "string" },
      b: { type: "number" },
      both: { anyOf: [{ type: "string" }, { type: "number" }] },
    },
    required: ["id", "both"],
    $defs: inputSchema.$defs,
  });
});

test("J9 the hash is of name, description and schema, in whatever order their fields come", () => {
  const first = hash("Does it.", { type: "object", properties: {} });

  expect(hash("Does it.", { properties: {}, type: "object" })).toBe(first);
  expect(hash("Does it!", { type: "object", properties: {} })).not.toBe(first);
  expect(hash("Does it.", { type: "object", properties: { a: {} } })).not.toBe(first);
});
