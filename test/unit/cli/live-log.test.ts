import { expect, test } from "vitest";
import { liveLog } from "../../../src/cli/live-log.ts";
import { cutPieces, render } from "../../../src/cli/piece.ts";
import type { TimelineItem } from "../../../src/runtime/timeline-items.ts";

const START = Date.UTC(2026, 10, 20, 12);

function item(seconds: number, type: string, rest: Partial<TimelineItem> = {}): TimelineItem {
  return {
    v: 1,
    id: "a.1",
    at: new Date(START + seconds * 1000).toISOString(),
    type,
    agent: "ada",
    text: "",
    ...rest,
  };
}

function shown(
  items: readonly TimelineItem[],
  names: readonly string[] = ["ada", "checker"],
): readonly string[] {
  const log = liveLog(names);
  return items.map((one) => render(log.line(one), false));
}

test("time from the first line on, names and verbs stand below each other", () => {
  expect(
    shown([
      item(0, "task.created", { agent: "lead", text: "#1 Lexer" }),
      item(3, "task.claimed", { text: "#1 Lexer" }),
      item(61, "message.sent", { text: "done?", to: ["bob"] }),
      item(62, "message.sent", { agent: "checker", text: "all", to: ["ada", "bob", "cyd", "dan"] }),
      item(63, "tool.started", { tool: "Bash", text: "npm test" }),
      item(64, "tool.started", { tool: "Write", text: "src/a.js" }),
      item(65, "tool.started", { tool: "mcp__x__y", text: "z" }),
      item(66, "tool.failed", { tool: "Bash", text: "exit code 1" }),
      item(3_700, "task.completed", { text: "#1 Lexer: tokenize()" }),
      item(3_701, "agent.started"),
    ]),
  ).toEqual([
    "  0:00  lead     adds      #1 Lexer",
    "  0:03  ada      claims    #1 Lexer",
    "  1:01  ada      tells     bob: done?",
    "  1:02  checker  tells     ada, bob and 2 more: all",
    "  1:03  ada      runs      npm test",
    "  1:04  ada      writes    src/a.js",
    "  1:05  ada      uses      mcp__x__y z",
    "  1:06  ada      error     Bash: exit code 1",
    "1:01:40  ada      finishes  #1 Lexer: tokenize()",
    "1:01:41  ada      starts",
  ]);
});

test("a log that is known to be longer than an hour stands below itself from its first line on", () => {
  const log = liveLog(["ada"], 10 * 3_600_000);

  const lines = [0, 3_700, 36_000].map((at) => render(log.line(item(at, "agent.started")), false).trimEnd());

  expect(lines).toEqual(["    0:00  ada   starts", " 1:01:40  ada   starts", "10:00:00  ada   starts"]);
});

test("every name has a colour of its own for as long as the log runs", () => {
  const log = liveLog(["ada", "bob"]);
  const colorOf = (agent: string): string | undefined =>
    render(log.line(item(0, "task.claimed", { agent })), true)
      .split(agent)[0]
      ?.split("[")
      .at(-1);

  const first = [colorOf("ada"), colorOf("bob")];

  expect(new Set(first).size).toBe(2);
  expect([colorOf("ada"), colorOf("bob")]).toEqual(first);
});

test("a line is cut to the width of the terminal, whatever the message holds", () => {
  const log = liveLog(["ada"]);
  const line = cutPieces(
    log.line(item(0, "message.sent", { text: `${"long ".repeat(100)}\nend`, to: ["bob"] })),
    40,
  );

  expect(render(line, false)).toBe("  0:00  ada   tells     bob: long long …");
});

test("a long name does not push everything aside", () => {
  const [line] = shown([item(0, "task.claimed", { agent: "a".repeat(64), text: "#1" })]);

  expect(line).toBe(`  0:00  ${"a".repeat(19)}…  claims    #1`);
});
