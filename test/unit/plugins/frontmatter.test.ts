import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { booleanField, countField, listField, splitList, textField } from "../../../src/plugins/fields.ts";
import { type Frontmatter, readFrontmatter } from "../../../src/plugins/frontmatter.ts";

const KNOWN = new Set(["name", "description", "tools", "model", "hooks"]);

function read(text: string | Uint8Array): Frontmatter {
  return readFrontmatter(typeof text === "string" ? Buffer.from(text) : text, "a.md", KNOWN);
}

function texts(text: string | Uint8Array): Record<string, unknown> {
  const { fields } = read(text);
  return Object.fromEntries(
    [...fields].map(([key, { value }]) => [key, value.kind === "text" ? value.text : value]),
  );
}

function said(text: string | Uint8Array): readonly string[] {
  return read(text).diagnostics.map(({ line, message }) => `${line}: ${message}`);
}

test("fields and body of a plain file", () => {
  const found = read("---\nname: ada\ndescription: Finds things.\n---\n\nYou find.\n");

  expect(found).toEqual({
    kind: "read",
    fields: new Map([
      ["name", { value: { kind: "text", text: "ada" }, line: 2 }],
      ["description", { value: { kind: "text", text: "Finds things." }, line: 3 }],
    ]),
    lost: new Map(),
    body: "\nYou find.\n",
    diagnostics: [],
  });
});

describe("the ladder", () => {
  test("a plain value with a colon is read as if it stood in quotes, and its line is named", () => {
    const text = '---\nname: ada\ndescription: Use it: always, "now"\ntools: Read\n---\n';

    expect(texts(text)).toEqual({ name: "ada", description: 'Use it: always, "now"', tools: "Read" });
    expect(said(text)).toEqual([expect.stringMatching(/^3: .*quotes$/)]);
  });

  test.each([
    ["two lists in a row", "argument-hint: [a] [b]", "[a] [b]"],
    ["a bad alias", "tools: *", "*"],
    ["an alias of nothing", "tools: *all", "*all"],
    ["an unclosed quote", 'description: "a" b', '"a" b'],
    ["a value that goes on", "description: a: b\n  goes: on", "a: b goes: on"],
  ])("%s is read as text", (_, line, value) => {
    const [key = ""] = line.split(":");

    expect(texts(`---\nname: ada\n${line}\nmodel: x\n---\n`)).toEqual({
      name: "ada",
      [key]: value,
      model: "x",
    });
  });

  test("what no quotes mend keeps its known keys, each with all that follows it", () => {
    const text =
      "---\nname: ada\ndescription: Use it. Examples:\n<example>\n\tContext: a - b: c\n</example>\nodd line\ntools: Read, Grep\n---\nYou.\n";

    expect(texts(text)).toEqual({
      name: "ada",
      description: "Use it. Examples:\n<example>\n\tContext: a - b: c\n</example>\nodd line",
      tools: "Read, Grep",
    });
    expect(said(text)).toEqual([expect.stringContaining("only name, description, tools could be read")]);
    expect(read(text)).toMatchObject({ kind: "read", body: "You.\n" });
  });

  test("what holds no known key is unreadable, and the line is named", () => {
    const text = "---\nfoo\n\tbar: {\n---\nBody\n";

    expect(read(text)).toMatchObject({ kind: "unreadable", body: "Body\n" });
    expect(said(text)).toEqual([expect.stringMatching(/^\d: the frontmatter cannot be read/)]);
  });

  test("the last of two keys counts, and it is said", () => {
    const text = "---\nname: ada\nmodel: a\nname: bob\n---\n";

    expect(texts(text)).toEqual({ name: "bob", model: "a" });
    expect(said(text)).toEqual(["4: name is there twice; the last one counts"]);
  });
});

describe("bytes", () => {
  test("a byte order mark and line ends of Windows are no trouble", () => {
    expect(read("\uFEFF---\r\nname: ada\r\n---\r\nOne\r\nTwo\r\n")).toMatchObject({
      fields: new Map([["name", { value: { kind: "text", text: "ada" }, line: 2 }]]),
      body: "One\nTwo\n",
      diagnostics: [],
    });
  });

  test("what is no UTF-8 is read, and its line named", () => {
    const text = Buffer.concat([Buffer.from("---\nname: a"), Buffer.from([0xe9]), Buffer.from("\n---\n")]);

    expect(texts(text)).toEqual({ name: "a\uFFFD" });
    expect(said(text)).toEqual(["2: here it is not UTF-8"]);
  });

  test("U+FFFD that was written is as good as any letter", () => {
    expect(said("---\nname: a\uFFFD\n---\n")).toEqual([]);
  });

  test.each([
    ["an empty line in front", "\n---\nname: ada\n---\n", /very first line/],
    ["no frontmatter", "You are ada.\n", /first line must be ---/],
    ["no end", "---\nname: ada\n", /no end/],
    ["nothing", "", /first line must be ---/],
  ])("with %s all is body", (_, text, why) => {
    expect(read(text)).toMatchObject({ kind: "none", body: text });
    expect(said(text)).toEqual([expect.stringMatching(why)]);
  });

  test("an empty frontmatter has no fields", () => {
    expect(read("---\n---\nBody")).toMatchObject({ kind: "read", fields: new Map(), diagnostics: [] });
  });

  test.each([
    ["brackets", `name: ${"[".repeat(30_000)}`],
    ["dashes", `${"- ".repeat(15_000)}x`],
    ["maps", `a: ${"{a: ".repeat(7_000)}`],
    ["too many characters", `name: ${"x".repeat(70_000)}`],
  ])("D7 %s without end are no trouble", (_, text) => {
    expect(["read", "unreadable"]).toContain(read(`---\n${text}\n---\n`).kind);
  });
});

describe("values", () => {
  test.each([
    ["Read, Grep,Glob", ["Read", "Grep", "Glob"]],
    ["Read Grep  Glob", ["Read", "Grep", "Glob"]],
    ["Agent(a, b), Bash(git log *) Read", ["Agent(a, b)", "Bash(git log *)", "Read"]],
    ["Bash(a (b, c) d),Read", ["Bash(a (b, c) d)", "Read"]],
    [" , ", []],
  ])("the list %j", (text, words) => {
    expect(splitList(text)).toEqual(words);
  });

  test.each([
    ["tools: [Read, Grep]", ["Read", "Grep"]],
    ["tools:\n  - Read\n  - Bash(git log *)", ["Read", "Bash(git log *)"]],
    ["tools: []", []],
    ["tools:", []],
    ["tools: 7", ["7"]],
  ])("%j is a list", (text, value) => {
    expect(listField(read(`---\n${text}\n---\n`).fields, "tools")).toMatchObject({ kind: "value", value });
  });

  test.each(["tools: {a: b}", "tools: [[a]]", "tools: [{a: b}]"])("%j is none", (text) => {
    expect(listField(read(`---\n${text}\n---\n`).fields, "tools")).toEqual({ kind: "wrong", line: 2 });
  });

  test.each([
    ...["true", "True", "YES", "on", "1", '"yes"'].map((text) => [text, true] as const),
    ...["false", "No", "OFF", "0", "'off'"].map((text) => [text, false] as const),
  ])("%s is a boolean", (text, value) => {
    expect(booleanField(read(`---\nx: ${text}\n---\n`).fields, "x")).toMatchObject({ kind: "value", value });
  });

  test.each(["maybe", "2", "[true]"])("%s is no boolean", (text) => {
    expect(booleanField(read(`---\nx: ${text}\n---\n`).fields, "x")).toEqual({ kind: "wrong", line: 2 });
  });

  test("a number is the text that was written, and a list no text", () => {
    const { fields } = read("---\nversion: 1.10\ncount: 12\nzero: 0\nlist: [a]\n---\n");

    expect(textField(fields, "version")).toMatchObject({ value: "1.10" });
    expect(countField(fields, "count")).toMatchObject({ value: 12 });
    expect(countField(fields, "zero")).toEqual({ kind: "wrong", line: 4 });
    expect(textField(fields, "list")).toEqual({ kind: "wrong", line: 5 });
    expect(textField(fields, "none")).toEqual({ kind: "absent" });
  });
});

test("any one-line value is read as it stands, whatever is in it", () => {
  const value = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => !/[\n\r\u0085\u2028\u2029]/u.test(text));
  fc.assert(
    fc.property(value, (text) => {
      const { fields } = read(`---\nname: ada\ndescription: ${JSON.stringify(text)}\n---\n`);

      expect(fields.get("name")?.value).toEqual({ kind: "text", text: "ada" });
      expect(fields.get("description")?.value).toEqual({ kind: "text", text });
    }),
  );
});
