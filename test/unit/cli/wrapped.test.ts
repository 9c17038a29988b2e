import { expect, test } from "vitest";
import { wrappedText } from "../../../src/cli/wrapped.ts";

test("text is broken between words; its own lines and the starts of a list stay", () => {
  expect(wrappedText("The parser is built and tested.\n\n  - lexer: 12 tests and more\n", 20)).toEqual([
    "The parser is built",
    "and tested.",
    "",
    "  - lexer: 12 tests",
    "  and more",
  ]);
});

test("without a terminal only the lines that it has are lines", () => {
  expect(wrappedText(`${"long ".repeat(40)}end\nsecond`, undefined)).toEqual([
    `${"long ".repeat(40)}end`,
    "second",
  ]);
});
