import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { openPins } from "../../src/mcp/pins.ts";
import { readTools } from "../../src/mcp/remote-tool.ts";
import { resultOf } from "../../src/mcp/result-text.ts";
import { serverConfig } from "../../src/mcp/server-config.ts";
import { takeLine } from "../../src/mcp/stdio-transport.ts";
import { connectorsOf, readConnectorFile } from "../../src/runtime/connector-files.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { tempFolder } from "./temp-folder.ts";

const json = fc.jsonValue({ maxDepth: 4 });
const maybe = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: value }, json);
const text = maybe(fc.string({ unit: "binary" }));

/** Nearly a tool, as a server might tell it. */
const tool = fc.record(
  {
    name: text,
    description: text,
    inputSchema: maybe(
      fc.record(
        { type: maybe(fc.constant("object")), properties: json, anyOf: json, required: json },
        { requiredKeys: [] },
      ),
    ),
    annotations: json,
    _meta: json,
  },
  { requiredKeys: [] },
);

const block = fc.record(
  {
    type: maybe(fc.constantFrom("text", "image", "audio", "resource", "resource_link")),
    text,
    data: text,
    uri: text,
    mimeType: text,
    resource: maybe(fc.record({ uri: text, text, blob: text }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
);

// oxlint-disable-next-line no-control-regex -- controls are what must not come through
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

const told = fuzz({
  title: "What a connector's server tells of its tools and answers is fit for a model, or left out",
  parsers: ["src/mcp/remote-tool.ts", "src/mcp/result-text.ts"],
  input: fc.record({
    tools: fc.array(maybe(tool)),
    content: fc.array(maybe(block)),
    structuredContent: json,
  }),
  open:
    () =>
    async ({ tools, content, structuredContent }) => {
      for (const one of readTools("a server", tools, () => undefined).tools) {
        must(one.name).toMatch(/^mcp__a_server__[A-Za-z0-9_-]+$/);
        must(one.description).not.toMatch(HIDDEN);
        must(one.inputSchema.type).toBe("object");
      }
      const result = await resultOf({ content, structuredContent }, () => Promise.resolve("/spilled"));
      must(result.text).not.toMatch(HIDDEN);
    },
});

const lines = fuzz({
  title: "A line of a connector's server is a message, or is dropped and counted",
  parsers: ["src/mcp/stdio-transport.ts"],
  input: fc.oneof(
    fc.string({ unit: "binary" }),
    json.map((value) => JSON.stringify(value)),
  ),
  open: () => (line) => {
    let seen = 0;
    const count = (): void => {
      seen++;
    };
    takeLine({ onmessage: count }, line, count);
    must(seen).toBe(line.trim() === "" ? 0 : 1);
  },
});

const files = fuzz({
  title: "Configurations and pins of connectors: each entry is taken or named, never thrown over",
  parsers: ["src/runtime/connector-files.ts", "src/mcp/pins.ts"],
  input: fc.record({
    servers: maybe(
      fc.dictionary(
        fc.string(),
        maybe(fc.record({ command: text, type: text, env: json }, { requiredKeys: [] })),
      ),
    ),
    cut: fc.nat(40),
  }),
  cost: 3,
  open: () => {
    const path = join(tempFolder(), "mcp.json");
    return async ({ servers, cut }) => {
      const whole = JSON.stringify({ mcpServers: servers });
      for (const content of [whole, whole.slice(0, -1 - cut)]) {
        writeFileSync(path, content);
        const { entries, problems } = await readConnectorFile(path, "user");
        for (const { name, entry } of entries) serverConfig(name, entry, {});
        for (const { what } of problems) must(what).not.toBe("");
        must(typeof openPins(path).isChanged("a", "b")).toBe("boolean");
      }
      connectorsOf(servers, { scope: "team", file: "the team", root: undefined });
    };
  },
});

export const mcpProperties: readonly Fuzz[] = [told, lines, files];
