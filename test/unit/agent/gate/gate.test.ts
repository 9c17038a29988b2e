import { expect, test } from "vitest";
import { decide } from "../../../../src/agent/gate/decide.ts";
import { rowsOf } from "../../../support/gate-world.ts";
import { TABLE } from "./gate.table.ts";
import { HIDDEN_TABLE } from "./hidden.table.ts";
import { SHELL_TABLE } from "./shell.table.ts";

const ROWS = [...rowsOf(TABLE), ...rowsOf(SHELL_TABLE), ...rowsOf(HIDDEN_TABLE)];

test("the table has a row for every sentence", () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(200);
  expect(new Set(ROWS.map(({ line }) => line)).size).toBe(ROWS.length);
});

test.each(ROWS)("$sentence: $line", ({ context, call, hook, verdict }) => {
  const { behavior, by } = decide(context, call, hook);

  expect(`${behavior} ${by}`).toBe(verdict);
});
