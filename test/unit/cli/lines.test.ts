import { expect, test } from "vitest";
import { counted, moneyText, tokensText } from "../../../src/cli/amounts.ts";
import { cellWidth, cut } from "../../../src/cli/cell-width.ts";
import { ageText, Duration, lengthText, offsetText } from "../../../src/cli/durations.ts";
import { cutPieces, oneLine, render, styled } from "../../../src/cli/piece.ts";
import { rightAligned, table } from "../../../src/cli/table.ts";

test.each([
  ["abc", 3],
  ["日本語", 6],
  ["👩‍🚀", 2],
  ["e\u0301", 1],
  ["한", 2],
  ["", 0],
])("%s takes %i columns", (text, columns) => {
  expect(cellWidth(text)).toBe(columns);
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["日本語", 4, "日…"],
  ["abc", 1, "…"],
  ["abc", 0, ""],
])("%s cut to %i columns is %s", (text, width, expected) => {
  expect(cut(text, width)).toBe(expected);
  expect(cellWidth(cut(text, width))).toBeLessThanOrEqual(width);
});

test.each([
  ["30s", 30_000],
  ["2h", 7_200_000],
  ["1h30m", 5_400_000],
  ["500ms", 500],
  ["1.5s", 1_500],
  ["1d", 86_400_000],
  ["2min", 120_000],
])("%s lasts %i ms", (text, ms) => {
  expect(Duration.parse(text)).toBe(ms);
});

test.each(["", "30", "s", "-5s", "1 h", "h1", "1y", "1e3s"])("%j is no duration", (text) => {
  expect(Duration.safeParse(text).success).toBe(false);
});

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [90_000_000, "1 d"],
  [-5_000, "0 s"],
])("%i ms are %s", (ms, text) => {
  expect(lengthText(ms)).toBe(text);
});

test("an age is never negative, whatever the clocks say", () => {
  expect(ageText("2026-11-20T12:00:00.000Z", Date.UTC(2026, 10, 20, 12, 5))).toBe("5 min");
  expect(ageText("2026-11-20T13:00:00.000Z", Date.UTC(2026, 10, 20, 12))).toBe("0 s");
});

test.each([
  [7_400, "0:07"],
  [750_000, "12:30"],
  [3_723_000, "1:02:03"],
])("%i ms on the stopwatch are %s", (ms, text) => {
  expect(offsetText(ms)).toBe(text);
});

test("amounts are short, and a price that nobody knows is no zero", () => {
  expect([812, 12_400, 3_100_000].map(tokensText)).toEqual(["812", "12.4k", "3.1M"]);
  expect([null, 0, 0.004, 1.84].map(moneyText)).toEqual(["price unknown", "$0.00", "<$0.01", "$1.84"]);
  expect([counted(1, "task"), counted(0, "task")]).toEqual(["1 task", "0 tasks"]);
});

test("a table is aligned by what is seen, and ends without blanks", () => {
  const lines = table(
    ["name", "state", "what"],
    [
      ["日本", styled("green", "done"), "one"],
      ["ada", "blocked", ""],
    ],
  );

  expect(lines.map((line) => render(line, false))).toEqual([
    "name  state    what",
    "日本  done     one",
    "ada   blocked",
  ]);
});

test("numbers end below each other, also in the last column", () => {
  const lines = table(
    ["agent", ...["tokens", "money"].map(rightAligned)],
    [
      ["ada", styled("green", "12.4k"), "price unknown"],
      ["bob", "", "$1.84"],
      ["cyd", "7", ""],
    ],
  );

  expect(lines.map((line) => render(line, false))).toEqual([
    "agent  tokens          money",
    "ada     12.4k  price unknown",
    "bob                    $1.84",
    "cyd         7",
  ]);
});

test("on a terminal the last column is cut, and only that", () => {
  const lines = table(["id", "subject"], [["#1", "a very long subject"]], 16);

  expect(lines.map((line) => render(line, false))).toEqual(["id  subject", "#1  a very long…"]);
});

test("a line is one line, without what a terminal would act on", () => {
  expect(oneLine("one\r\n\ttwo\u2028three\u001b[2Jfour")).toBe("one two threefour");
  expect(render(["a\nb", styled("bold", "c\u0007")], true)).toBe("a b\u001b[1mc\u001b[22m");
});

test("pieces are cut together to a width", () => {
  const line = cutPieces(["abc", styled("red", "defgh"), "ijk"], 6);

  expect(render(line, false)).toBe("abcde…");
  expect(render(cutPieces(["abc", "def"], 6), false)).toBe("abcdef");
});
