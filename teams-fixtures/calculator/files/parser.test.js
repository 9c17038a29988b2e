import assert from "node:assert/strict";
import { test } from "node:test";
import { CalcError } from "../src/lexer.js";
import { evaluate } from "../src/parser.js";

test("products come before sums, parentheses before both", () => {
  assert.equal(evaluate("2 + 3 * 4"), 14);
  assert.equal(evaluate("(2 + 3) * 4"), 20);
});

test("a minus in front binds less than a power, powers group from the right", () => {
  assert.equal(evaluate("-2 ** 2"), -4);
  assert.equal(evaluate("2 ** 3 ** 2"), 512);
  assert.equal(evaluate("2 ** -1"), 0.5);
});

test("mistakes are named with their position", () => {
  assert.throws(() => evaluate("2 * (3"), new CalcError('expected ")", found the end', 6));
  assert.throws(() => evaluate("2 3"), new CalcError('expected an operator, found "3"', 2));
  assert.throws(() => evaluate("1 / 0"), new CalcError("division by zero", 2));
});
