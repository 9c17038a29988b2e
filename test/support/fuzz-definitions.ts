import * as fc from "fast-check";
import { readAgent } from "../../src/plugins/agent-definition.ts";
import { harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

const FILES = [
  "---\nname: ada\ndescription: Reviews.\ntools: Read, Bash(git log *)\nmodel: sonnet\nmaxTurns: 3\n---\nYou review.\n",
  "---\nname: ada\ndescription: Use it: always\nargument-hint: [a] [b]\ntools: *\n---\nYou.\n",
  "---\nname: ada\ndescription: |\n  One.\n  Two.\ntools:\n  - Read\n  - Grep\npermissionMode: plan\n---\n",
  '---\nname: ada\ndescription: x\n<example>\n\tuser: "a"\n</example>\ntools: Read\n---\n',
].map((text) => Buffer.from(text));
const TRICKS = [
  "---\n",
  "\n---",
  "...\n",
  "%YAML 1.1\n",
  "&a [*a]",
  "*nope",
  "<<: *a\n",
  "!!binary aGk=",
  "? [a] : b\n",
  "__proto__: {polluted: 1}\n",
  "constructor: x\n",
  "name: toString\n",
  "tools: {a: b}\n",
  "- ".repeat(300),
  "[".repeat(3000),
  "{a: ".repeat(500),
  "|\n",
  ">-\n",
  "\t",
  '"',
  "'",
  ": ",
  "#",
].map((text) => Buffer.from(text));
const word = fc.oneof(fc.constantFrom(...TRICKS.map(String), "Read, Bash(a, b", "mcp__*", "7"), fc.string());
const fields = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "name",
        "description",
        "tools",
        "disallowedTools",
        "maxTurns",
        "permissionMode",
        "hooks",
        "x",
      ),
      word,
    ),
    { maxLength: 6 },
  )
  .map((all) => Buffer.from(`---\n${all.map(([key, value]) => `${key}: ${value}`).join("\n")}\n---\nYou.`));

const definitions = fuzz({
  title: "D3 D6 D7 D10 D11 any bytes are a definition of an agent, or broken with file and line",
  parsers: ["src/plugins/frontmatter-yaml.ts"],
  input: fc.oneof(
    fc.tuple(fc.constantFrom(...FILES), harms(TRICKS)).map(([bytes, all]) => harmed(bytes, all)),
    fields,
    fc.uint8Array({ maxLength: 300 }),
  ),
  open: () => (bytes) => {
    const lines = Buffer.from(bytes)
      .toString()
      .split(/\r\n?|\n/).length;
    const read = readAgent(bytes, "/p/ada.md", "project");
    refusePollution();
    const told = read.ok ? read.definition.diagnostics : [read.broken.why];
    for (const { file, line, message } of told) {
      must(file).toBe("/p/ada.md");
      must(line).toBeGreaterThanOrEqual(1);
      must(line).toBeLessThanOrEqual(lines);
      must(message).not.toBe("");
    }
    if (!read.ok) return;
    // A limit that stands there is kept, or the file is broken: it never falls away in silence.
    const { name, tools, permissionMode } = read.definition;
    must(name).not.toMatch(/[:\p{C}]/u);
    if (permissionMode !== undefined) must(permissionMode).toMatch(/^[a-z]+$/i);
    for (const tool of tools ?? []) must(tool).not.toBe("");
  },
});

export const definitionProperties: readonly Fuzz[] = [definitions];
