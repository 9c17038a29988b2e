import { expect, test } from "vitest";
import { chooseTools } from "../../../src/plugins/agent-tools.ts";

const THERE = ["Read", "Bash", "mcp__docs__get_page", "mcp__docs__delete_page", "mcp__wiki__delete_page"];

function chosen(tools: readonly string[] | undefined, disallowedTools: readonly string[]) {
  const found = chooseTools({ name: "x", tools, disallowedTools, file: "x.md", toolsLine: 1 }, THERE);
  return typeof found === "string" ? found : found.names;
}

test("a star anywhere in a connector's name takes tools away, and gives them", () => {
  expect(chosen(undefined, ["mcp__*__delete_*"])).toEqual(["Read", "Bash", "mcp__docs__get_page"]);
  expect(chosen(undefined, ["mcp__docs__*_page"])).toEqual(["Read", "Bash", "mcp__wiki__delete_page"]);
  expect(chosen(["mcp__*__get_*"], [])).toEqual(["mcp__docs__get_page"]);
  expect(chosen(undefined, ["mcp__docs"])).toEqual(["Read", "Bash", "mcp__wiki__delete_page"]);
  expect(chosen(undefined, ["mcp__docs__get_page*page"])).toEqual(THERE);
});
