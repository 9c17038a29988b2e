import { describe, expect, test } from "vitest";
import { type AgentDefinition, readAgent } from "../../../src/plugins/agent-definition.ts";
import { chooseTools, matches } from "../../../src/plugins/agent-tools.ts";

const FILE = "/p/.claude/agents/review.md";

function read(text: string): ReturnType<typeof readAgent> {
  return readAgent(Buffer.from(text), FILE, "project");
}

function definition(text: string): AgentDefinition {
  const found = read(text);
  if (!found.ok) throw new Error(found.broken.why.message);
  return found.definition;
}

function said({ diagnostics }: AgentDefinition): readonly string[] {
  return diagnostics.map(({ line, message }) => `${line}: ${message}`);
}

test("a definition with every field", () => {
  const found = definition(
    [
      "---",
      "name: Code Reviewer",
      "description: |",
      "  Reviews code.",
      "  Use it after each change.",
      "tools: Read, Grep, Bash",
      "disallowedTools: [Bash]",
      "model: sonnet",
      "maxTurns: 12",
      "maxTokens: 50000",
      "permissionMode: plan",
      "color: red",
      "version: 1.2",
      "---",
      "",
      "You review.",
      "",
    ].join("\n"),
  );

  expect(found).toEqual({
    name: "Code Reviewer",
    description: "Reviews code. Use it after each change.",
    prompt: "You review.",
    tools: ["Read", "Grep", "Bash"],
    disallowedTools: ["Bash"],
    model: "sonnet",
    maxTurns: 12,
    maxTokens: 50_000,
    permissionMode: "plan",
    scope: "project",
    file: FILE,
    toolsLine: 6,
    diagnostics: [],
  });
});

test("what is absent is inherited, what is missing is said", () => {
  const found = definition("---\nmodel: inherit\n---\n");

  expect(found).toMatchObject({
    name: "review",
    description: "Agent from review.md",
    prompt: "",
    tools: undefined,
    disallowedTools: [],
    model: undefined,
    maxTurns: undefined,
    permissionMode: undefined,
  });
  expect(said(found)).toEqual([
    "1: it has no name and is called by its file: review",
    "1: it has no description: no model knows when to use it",
    "1: it has no prompt: there is nothing behind its frontmatter",
  ]);
});

test("fields that troupe does not act on are named with their line", () => {
  const found = definition(
    "---\nname: a\ndescription: b\nskills: [x]\nhooks: {Stop: []}\nmcpServers: [y]\nisolation: worktree\nbackground: yes\neffort: high\n---\nc",
  );

  expect(said(found).map((line) => line.split(":")[0])).toEqual(["4", "5", "6", "7", "9", "8"]);
  expect(said(found)[1]).toBe("5: hooks is not used: its hooks do not run");
});

describe("D11 a limit that cannot be understood breaks the definition, with file and line", () => {
  test.each([
    ["tools: {Read: true}", "tools: give a list of tools, or their names with commas between them"],
    [
      "disallowedTools: [[Bash]]",
      "disallowedTools: give a list of tools, or their names with commas between them",
    ],
    ["maxTurns: twenty", "maxTurns: give a whole number from 1"],
    ["maxTokens: -1", "maxTokens: give a whole number from 1"],
    [
      "permissionMode: yolo",
      "permissionMode: give one of default, acceptEdits, plan, dontAsk, bypassPermissions",
    ],
    [
      "permissionMode: [plan]",
      "permissionMode: give one of default, acceptEdits, plan, dontAsk, bypassPermissions",
    ],
  ])("%s", (line, message) => {
    expect(read(`---\nname: ada\ndescription: x\n${line}\n---\nYou.`)).toEqual({
      ok: false,
      broken: { name: "ada", scope: "project", why: { file: FILE, line: 4, message } },
    });
  });
});

test.each([
  ["without a space", "tools:Read, Grep"],
  ["indented", "  tools: Read"],
  ["in quotes, where the rest is no YAML", '"tools": Read\n<x>\n\tfoo: {'],
])("D11 a limit that would become a part of the text before it breaks the definition: %s", (_, line) => {
  const found = read(`---\nname: ada\ndescription: Use it\n${line}\n---\nYou.`);

  expect(found).toMatchObject({ ok: false, broken: { name: "ada", why: { file: FILE, line: 4 } } });
});

test.each([
  ["no frontmatter", "You review.\n", 1],
  ["a frontmatter that is none", "---\nfoo\n\tbar: {\n---\n", 2],
  ["a name with a colon", "---\ndescription: x\nname: 'a:b'\n---\n", 3],
  ["a name with a control character", '---\nname: "a\\u001b[31m"\n---\n', 2],
  ["a name that is a list", "---\nname: [a]\n---\n", 2],
  ["an endless name", `---\nname: ${"x".repeat(200)}\n---\n`, 2],
])("with %s it is broken, and the line is named", (_, text, line) => {
  expect(read(text)).toMatchObject({ ok: false, broken: { why: { file: FILE, line } } });
});

describe("tools", () => {
  const there = ["Read", "Grep", "Bash", "TaskList", "mcp__git__log", "mcp__git__show", "mcp__web__get"];

  function choose(tools: readonly string[] | undefined, disallowedTools: readonly string[] = []): unknown {
    return chooseTools({ name: "review", tools, disallowedTools, file: FILE, toolsLine: 4 }, there);
  }

  test("none named: all that are there", () => {
    expect(choose(undefined)).toEqual({ names: there, unknown: [] });
    expect(choose(["*"])).toEqual({ names: there, unknown: [] });
  });

  test("deny comes first, and a part of a tool denies the whole", () => {
    expect(choose(undefined, ["Bash(rm *)", "mcp__git", "TaskList"])).toEqual({
      names: ["Read", "Grep", "mcp__web__get"],
      unknown: [],
    });
    expect(choose(["Read", "Grep"], ["Read"])).toEqual({ names: ["Grep"], unknown: [] });
    expect(choose(["Read"], ["*"])).toEqual({ names: [], unknown: [] });
  });

  test("foreign names are left out and told; a tool in part is not given whole", () => {
    expect(choose(["Read", "githubRepo", "edit/editFiles", "Bash(git log *)"])).toEqual({
      names: ["Read"],
      unknown: ["githubRepo", "edit/editFiles", "Bash(git log *)"],
    });
  });

  test("connectors go by server and by pattern", () => {
    expect(choose(["mcp__git"])).toMatchObject({ names: ["mcp__git__log", "mcp__git__show"] });
    expect(choose(["mcp__git__l*", "mcp__web__*"])).toMatchObject({
      names: ["mcp__git__log", "mcp__web__get"],
    });
    expect(choose(["mcp__*"], ["mcp__git"])).toMatchObject({ names: ["mcp__web__get"] });
    expect(matches("mcp__gi", "mcp__git__log")).toBe(false);
    expect(matches("Re*", "Read")).toBe(false);
  });

  test("an agent of which no tool is there cannot be started, with file and line", () => {
    expect(choose(["githubRepo", "codebase"])).toBe(
      `${FILE}:4: review has none of its tools here: githubRepo, codebase; there are ${there.join(", ")}`,
    );
  });

  test("a list of nothing, or of agents alone, is an agent without tools", () => {
    expect(choose([])).toEqual({ names: [], unknown: [] });
    expect(choose(["Agent(a, b)"])).toEqual({ names: [], unknown: [] });
  });
});

test("what is denied is denied in any case of letters", () => {
  const { disallowedTools } = definition("---\nname: a\ndisallowedTools: bash, MCP__Git, write(*.ts)\n---\n");

  expect(
    chooseTools({ name: "a", tools: ["*"], disallowedTools, file: FILE, toolsLine: 1 }, [
      "Read",
      "Bash",
      "Write",
      "mcp__git__push",
    ]),
  ).toEqual({ names: ["Read"], unknown: [] });
});
