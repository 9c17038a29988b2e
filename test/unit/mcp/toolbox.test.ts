import { expect, test } from "vitest";
import { openPins } from "../../../src/mcp/pins.ts";
import { rank } from "../../../src/mcp/rank.ts";
import { readTools } from "../../../src/mcp/remote-tool.ts";
import { resultOf } from "../../../src/mcp/result-text.ts";
import type { Server, ServerState } from "../../../src/mcp/server.ts";
import { loadedIn, openToolbox, type Toolbox } from "../../../src/mcp/toolbox.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const never = new AbortController().signal;
const long = "It does a great many things. ".repeat(60);

/** A server as the toolbox sees it: what it told, and how it stands. */
function told(
  name: string,
  descriptions: Readonly<Record<string, string>>,
  alwaysLoad = false,
  status = "ready",
) {
  const tools = Object.entries(descriptions).map(([tool, description]) => ({
    name: tool,
    description,
    inputSchema: { type: "object" },
  }));
  const state = { status, why: "gone" } as ServerState;
  const server: Pick<Server, "config" | "state" | "tools"> = {
    config: { name, reach: { kind: "http", url: "", headers: {} }, timeoutMs: 1, alwaysLoad },
    state: () => state,
    tools: () => readTools(name, tools, () => undefined).tools,
  };
  return server as Server;
}

function toolbox(servers: readonly Server[], more: Partial<Parameters<typeof openToolbox>[0]> = {}): Toolbox {
  return openToolbox({
    servers,
    loaded: [],
    isRemoved: () => false,
    pins: openPins(`${tempFolder()}/connectors.json`),
    spill: () => Promise.resolve("/spilled"),
    ...more,
  });
}

const names = (box: Toolbox): readonly string[] => box.tools().map(({ name }) => name);

async function search(box: Toolbox, query: string): Promise<string> {
  const [tool] = box.tools();
  return (await tool?.run({ query }, never))?.text ?? "";
}

const textBlock = (one: string) => ({ type: "text", text: one });
const many = Object.fromEntries(Array.from({ length: 10 }, (_, number) => [`tool_${number}`, long]));
const issues = { create_issue: `Opens a new issue. ${long}`, list_issues: `Lists issues. ${long}` };

test("few tools are loaded without being asked for; many are known by name until they are searched for", () => {
  expect(names(toolbox([told("small", { one: "Does.", two: "Does too." })]))).toEqual([
    "ToolSearch",
    "mcp__small__one",
    "mcp__small__two",
  ]);
  expect(names(toolbox([told("big", many)]))).toEqual(["ToolSearch"]);
  expect(names(toolbox([told("big", many), told("kept", { one: "Does." }, true)]))).toEqual([
    "ToolSearch",
    "mcp__kept__one",
  ]);
});

test("ToolSearch loads by name and by words, says what it loaded, and what is loaded stays", async () => {
  const box = toolbox([told("big", many), told("tracker", issues)]);

  const selected = await search(box, "select:mcp__big__tool_3, mcp__big__tool_4,mcp__big__none");
  const found = await search(box, "open an issue");

  expect(loadedIn(selected)).toEqual(["mcp__big__tool_3", "mcp__big__tool_4"]);
  expect(found).toMatch(
    /^Loaded: mcp__tracker__create_issue, mcp__tracker__list_issues\n- mcp__tracker__create_issue: Opens a new issue\.\n/,
  );
  expect(names(box)).toEqual([
    "ToolSearch",
    "mcp__big__tool_3",
    "mcp__big__tool_4",
    "mcp__tracker__create_issue",
    "mcp__tracker__list_issues",
  ]);
  expect(await search(box, "zebra crossing")).toMatch(/^No connector tool fits "zebra crossing"/);
});

test("a tool that a rule removed, or whose server is unavailable, is neither listed nor found", async () => {
  const box = toolbox(
    [told("big", many), told("tracker", issues), told("gone", issues, false, "unavailable")],
    {
      isRemoved: (name) => name === "mcp__tracker__create_issue",
    },
  );

  expect(await search(box, "issue")).toContain("Loaded: mcp__tracker__list_issues\n");
  expect(await search(box, "select:mcp__tracker__create_issue")).toContain("No connector tool fits");
  expect(box.known().map(({ server }) => server)).not.toContain("gone");
});

test("what an earlier life had loaded is there from the start, as far as it is still told", () => {
  const box = toolbox([told("big", many)], { loaded: ["mcp__big__tool_1", "mcp__big__old"] });

  expect(names(box)).toEqual(["ToolSearch", "mcp__big__tool_1"]);
});

test("ranking prefers names, knows word forms, and finds nothing where no word is shared", () => {
  const all = [
    { name: "createIssue", group: "tracker", description: "Opens a new one." },
    { name: "search", group: "web", description: "Searches pages about issues." },
    { name: "send_mail", group: "mail", description: "Sends a letter." },
  ];

  expect(rank("creating issues", all).map(({ name }) => name)).toEqual(["createIssue", "search"]);
  expect(rank("the of and", all)).toEqual([]);
});

test("results: kinds are described, structured content is said once, what is too long is kept in a file", async () => {
  const kept: string[] = [];
  const spill = (text: string): Promise<string> => {
    kept.push(text);
    return Promise.resolve("/kept.txt");
  };

  expect(
    await resultOf({ content: [textBlock("a\u001b[2J"), { type: "odd" }], isError: true }, spill),
  ).toEqual({
    text: "a\n[content of a kind that cannot be shown]",
    isError: true,
  });
  expect((await resultOf({ content: [], structuredContent: { a: 1 } }, spill)).text).toBe('{"a":1}');
  expect((await resultOf({ content: [textBlock("one")], structuredContent: { a: 1 } }, spill)).text).toBe(
    "one",
  );
  const cut = await resultOf({ content: [textBlock("x".repeat(150_000))] }, spill);
  expect(cut.text.length).toBeLessThan(99_000);
  expect(cut.text).toContain(
    "[the whole result, 150000 characters, is in /kept.txt: read the part you need]",
  );
  expect(kept.map((one) => one.length)).toEqual([150_000]);
});
