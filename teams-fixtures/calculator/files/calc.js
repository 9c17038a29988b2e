#!/usr/bin/env node
import { CalcError } from "../src/lexer.js";
import { evaluate } from "../src/parser.js";

try {
  console.log(format(evaluate(process.argv.slice(2).join(" "))));
} catch (error) {
  if (!(error instanceof CalcError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

/** 15 digits hide the rest of binary fractions: 0.1 + 0.2 is 0.3. Adding 0 makes 0 of -0. */
function format(value) {
  return String(Number(value.toPrecision(15)) + 0);
}
