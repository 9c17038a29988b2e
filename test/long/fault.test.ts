import { expect, test } from "vitest";
import { OPERATION_NAMES } from "../fixtures/fault-operations.mjs";
import { shuffled } from "../support/fault-sample.ts";
import type { CellResult } from "../support/fault-table.ts";
import { openSeam, seamFaults } from "../support/fault-table-seam.ts";
import { cellsOf, openStraceTable } from "../support/fault-table-strace.ts";
import { longOptions, printResult } from "../support/long-run.ts";

/** `only`: operations, with commas. `errno`: errors, with commas. `part`: of a hundred cells so many, chosen by `seed`. */
const { only, errno, part, seed } = longOptions({ only: "", errno: "", part: 100, seed: 1 });
const operations = only === "" ? OPERATION_NAMES : only.split(",");
const errnos = errno === "" ? undefined : errno.split(",");

interface Tally {
  readonly add: (row: string, column: string, result: CellResult, what: string) => void;
  readonly result: () => Readonly<Record<string, unknown>>;
  readonly violations: string[];
  /** The part of the cells whose fault did not happen. */
  readonly missed: () => number;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function tally(): Tally {
  const began = performance.now();
  const outcomes: Record<string, number> = {};
  const rows: Record<string, number> = {};
  const columns: Record<string, number> = {};
  const violations: string[] = [];
  const all = (): number => Object.values(outcomes).reduce((sum, each) => sum + each, 0);
  return {
    violations,
    missed: () => (outcomes["not reached"] ?? 0) / all(),
    add: (row, column, { outcome, violations: found }, what) => {
      count(outcomes, outcome);
      count(rows, row);
      count(columns, column);
      for (const violation of found) violations.push(`${what}: ${violation}`);
    },
    result: () => ({
      cells: all(),
      outcomes,
      operations: rows,
      faults: columns,
      violations: violations.length,
      seconds: Math.round((performance.now() - began) / 1_000),
    }),
  };
}

test("each error at each system call of each operation", async () => {
  const table = openStraceTable();
  const counts = tally();
  for (const [index, operation] of operations.entries()) {
    const counted = await table.count(operation);
    const all = cellsOf(operation, counted).filter(({ fault }) => errnos?.includes(fault) ?? true);
    for (const cell of shuffled(all, seed + index).slice(0, Math.ceil((all.length * part) / 100)))
      counts.add(
        operation,
        cell.fault,
        await table.cell(cell, counted),
        `${operation}: ${cell.fault} at ${cell.call} ${cell.nth}`,
      );
  }
  await table.remove();
  printResult("fault", { part, seed, ...counts.result() });
  expect(counts.violations).toEqual([]);
  expect(counts.missed()).toBeLessThan(0.02);
});

test("each error at each call of the disk's seam in each operation", async () => {
  const seam = openSeam();
  const counts = tally();
  for (const [index, operation] of operations.entries()) {
    const calls = await seam.callsOf(operation);
    const all = calls
      .flatMap((call, at) => seamFaults(call, at).map((fault) => ({ call, fault })))
      .filter(({ fault }) => errnos?.includes(fault.errno) ?? true);
    for (const { call, fault } of shuffled(all, seed + index).slice(
      0,
      Math.ceil((all.length * part) / 100),
    )) {
      const { result } = await seam.cell(operation, call, fault);
      counts.add(
        operation,
        `${fault.kind} ${fault.errno}`,
        result,
        `${operation}: ${JSON.stringify(fault)} ${call}`,
      );
    }
  }
  seam.remove();
  printResult("fault at the seam", { part, seed, ...counts.result() });
  expect(counts.violations).toEqual([]);
});
