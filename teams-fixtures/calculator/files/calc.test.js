import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../bin/calc.js", import.meta.url));

function calc(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

for (const [expression, result] of [
  ["2*(3+4)-5", "9"],
  ["8-3-2", "3"],
  ["100/5/2", "10"],
  ["2**3**2", "512"],
  ["0.1+0.2", "0.3"],
  ["-3+5", "2"],
])
  test(`${expression} = ${result}`, () => {
    assert.deepEqual(calc(expression), { status: 0, stdout: `${result}\n`, stderr: "" });
  });

for (const [expression, message] of [
  ["2*(3+", "expected a number, found the end at position 6"],
  ["2*)3", 'expected a number, found ")" at position 3'],
  ["2 & 3", 'unexpected "&" at position 3'],
  ["", "expected a number, found the end at position 1"],
])
  test(`"${expression}" is an error`, () => {
    assert.deepEqual(calc(expression), { status: 1, stdout: "", stderr: `error: ${message}\n` });
  });
