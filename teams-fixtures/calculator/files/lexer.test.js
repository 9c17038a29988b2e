import assert from "node:assert/strict";
import { test } from "node:test";
import { CalcError, tokenize } from "../src/lexer.js";

const texts = (source) => tokenize(source).map((token) => token.text);

test("numbers, operators and parentheses are tokens, spaces are not", () => {
  assert.deepEqual(texts(" 12.5 * (3+.5e1) "), ["12.5", "*", "(", "3", "+", ".5e1", ")", ""]);
});

test("two stars are one token", () => {
  assert.deepEqual(texts("2**3*4"), ["2", "**", "3", "*", "4", ""]);
});

test("every token knows its position", () => {
  assert.deepEqual(
    tokenize("1 + 2").map((token) => token.at),
    [0, 2, 4, 5],
  );
});

test("a character that belongs to nothing is an error with its position", () => {
  assert.throws(() => tokenize("1 + 2 $ 3"), new CalcError('unexpected "$"', 6));
});
