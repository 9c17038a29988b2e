import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../../src/agent/tool.ts";

const never = new AbortController().signal;

const greet = defineTool({
  name: "Greet",
  description: "Says hello.",
  input: z.object({ name: z.string().describe("Whom."), times: z.int().min(1).default(1) }),
  effect: "read",
  run: async ({ name, times }) =>
    name === "nobody" ? { text: "nobody is there", isError: true } : `hello ${name} `.repeat(times),
});

test("the model sees a closed JSON schema in which what has a default may be left out", () => {
  expect(greet.inputSchema).toEqual({
    type: "object",
    properties: {
      name: { type: "string", description: "Whom." },
      times: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
    },
    required: ["name"],
    additionalProperties: false,
  });
});

test("a tool gets its input parsed, and answers text or a whole result", async () => {
  expect(await greet.run({ name: "ada" }, never)).toEqual({ text: "hello ada ", isError: false });
  expect(await greet.run({ name: "nobody" }, never)).toEqual({ text: "nobody is there", isError: true });
  expect(await greet.run({ name: "ada", added: "by the model" }, never)).toMatchObject({ isError: false });
});

test.each([
  [{}, /name/],
  [{ name: 7 }, /expected string, received number[\s\S]*name/],
  [{ name: "ada", times: 0 }, /times/],
  [null, /expected object, received null/],
  ["ada", /expected object, received string/],
])(
  "I7 the input %j is an error result that names what is wrong, and nothing is run",
  async (input, words) => {
    const result = await greet.run(input, never);

    expect(result).toMatchObject({ isError: true, isWrongInput: true });
    expect(result.text).toMatch(/^Greet was not run: its input is wrong\./);
    expect(result.text).toMatch(words);
  },
);
