import * as fc from "fast-check";
import { expect, test } from "vitest";
import { safeText } from "../../../src/base/safe-text.ts";

/** Whatever moves, colours or asks a terminal, or turns or hides text on it. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- controls are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061C\u180E\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]|\p{Surrogate}/u;

const pieces = fc.constantFrom(
  "\u001b",
  "\u001b[",
  "\u001b]",
  "\u001bP",
  "\u001b\\",
  "\u0007",
  "\u009b",
  "\u009d",
  "\u009c",
  "31m",
  "52;c;aGk=",
  "\u200D",
  "👩",
  "\uFE0F",
  "🏽",
  "\uD800",
  "\uDC00",
  "\u202E",
  "\r",
  "\n",
  "\t",
  "a b",
  "é",
);
const text = fc.oneof(
  fc.array(pieces).map((all) => all.join("")),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
);

test("L10 no character that a terminal obeys comes out, and twice is the same as once", () => {
  fc.assert(
    fc.property(text, (given) => {
      const safe = safeText(given);

      expect(safe.replace(/(?<=[\s\S])\u200D(?=[\s\S])/g, "")).not.toMatch(UNSAFE);
      expect(safeText(safe)).toBe(safe);
    }),
    { numRuns: 3_000 },
  );
});

test("L10 printable text, newlines and tabs come back unchanged", () => {
  const printable = fc
    .string({ unit: "grapheme" })
    .filter((given) => !UNSAFE.test(given) && !given.includes("\u200D"));
  fc.assert(
    fc.property(printable, (given) => {
      expect(safeText(given)).toBe(given);
    }),
  );

  const usual = "ls -l\n\t[31m] ‹x› 100 % é ñ 漢字 🦉 👩‍🚀 👩🏽‍🚀 ❤️‍🔥";
  expect(safeText(usual)).toBe(usual);
});

test.each([
  ["colours", "\u001b[31;1mred\u001b[0m", "red"],
  ["the eight-bit form", "\u009b2Jgone", "gone"],
  ["a title", "\u001b]0;root@host\u0007text", "text"],
  ["the clipboard", "\u001b]52;c;c3VkbyBybQ==\u001b\\text", "text"],
  ["a link", "\u001b]8;;http://evil\u001b\\click\u001b]8;;\u001b\\", "click"],
  ["a device string", "\u001bP1$r0m\u001b\\text", "text"],
  ["the end of a paste", "a\u001b[201~b", "ab"],
  ["reset and character sets", "a\u001bcb\u001b(0c", "abc"],
  ["bell, return, backspace, NUL", "a\u0007b\rc\bd\u0000", "abcd"],
  [
    "the start of a title that never ends, but not the text behind it",
    "a\u001b]0;all of this",
    "a0;all of this",
  ],
  ["a cut sequence at the end", "text\u001b[3", "text3"],
])("L10 takes %s away", (_what, given, expected) => {
  expect(safeText(given)).toBe(expected);
});

test.each([
  ["characters that turn text", "abc\u202Etxt.exe", "abc‹U+202E›txt.exe"],
  ["characters without a width", "ad\u200Bmin\uFEFF", "ad‹U+200B›min‹U+FEFF›"],
  ["a joiner that joins no pictures", "a\u200Db", "a‹U+200D›b"],
  ["text in tags", "a\u{E0041}", "a‹U+E0041›"],
])("L10 shows %s by their number", (_what, given, expected) => {
  expect(safeText(given)).toBe(expected);
});

test("L10 a lone surrogate becomes the replacement character", () => {
  expect(safeText("a\uD83Db\uDE00")).toBe("a\uFFFDb\uFFFD");
});

test("L25 text made to be slow is not: 400 kB of unfinished sequences", () => {
  const started = performance.now();
  for (const piece of ["\u009d", "\u001b]", "\u001b[0", "\u001bP", "👩\u200D", "\u001b   "]) {
    safeText(piece.repeat(100_000));
  }
  // A quadratic search would take minutes.
  expect(performance.now() - started).toBeLessThan(10_000);
});
