import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { OPERATION_NAMES } from "../fixtures/fault-operations.mjs";
import { shuffled } from "../support/fault-sample.ts";
import { faultFolders } from "../support/fault-table.ts";
import { startObedient } from "../support/fault-table-process.ts";
import {
  cellsOf,
  openStraceTable,
  type StraceTable,
  type SystemCell,
} from "../support/fault-table-strace.ts";
import { seedOfRun } from "../support/kill-harness.ts";
import { attachStrace } from "../support/strace.ts";
import { hasTool } from "../support/tools.ts";
import { until } from "../support/until.ts";

/** Cells of one operation that are tried in each run of the tests; all of them in `npm run test:fault`. */
const SAMPLE = 2;

function table(bad?: string): StraceTable {
  const open = openStraceTable(bad);
  onTestFinished(open.remove);
  return open;
}

const named = ({ operation, call, nth, fault }: SystemCell): string =>
  `${operation}: ${fault} at ${call} ${nth}`;

const hasStrace = hasTool("strace", "-qq", "-o", "/dev/null", "true");

test.skipIf(!hasStrace)(
  "C1, C2, C3, C4, C5, C6, C7, C8, C10 a system call that fails in an operation is told or does no harm (needs strace)",
  { timeout: 120_000 },
  async () => {
    const seed = seedOfRun();
    const open = table();
    const found: Record<string, readonly string[]> = {};
    let reached = 0;
    for (const [index, operation] of OPERATION_NAMES.entries()) {
      const counted = await open.count(operation);
      for (const cell of shuffled(cellsOf(operation, counted), seed + index).slice(0, SAMPLE)) {
        const { outcome, violations } = await open.cell(cell, counted);
        if (outcome !== "not reached") reached++;
        if (violations.length > 0) found[named(cell)] = violations;
      }
    }

    expect(found, `seed ${seed}`).toEqual({});
    // The lock library tries out the precision of file times once in a process, not in each cell.
    expect(reached).toBeGreaterThan(OPERATION_NAMES.length * SAMPLE - 4);
  },
);

test("C2, C8, M2 a write that the kernel cuts short, and each one after it, is told, and nothing of it counts", {
  timeout: 60_000,
}, async () => {
  const open = table();
  const found: Record<string, readonly string[]> = {};
  const folders = faultFolders();
  onTestFinished(folders.remove);
  for (const operation of [
    "create-task",
    "claim",
    "complete",
    "send-small",
    "send-body",
    "join",
    "presence",
  ]) {
    await folders.renew(operation);
    const journal = statSync(join(folders.configDir, "teams/faulty/journal/1.jsonl")).size;
    for (const bytes of [20, journal + 20]) {
      const { violations } = await open.limited(operation, bytes);
      if (violations.length > 0) found[`${operation} up to ${bytes} bytes`] = violations;
    }
  }

  expect(found).toEqual({});
});

test.skipIf(!hasStrace).each([
  ["acknowledges", "send-small", "write", "done, and it does not stand"],
  ["swallows", "presence", "rename", "done, and it does not stand"],
] as const)(
  "a build that %s what failed is reported by %s (needs strace)",
  async (bad, operation, call, said) => {
    const open = table(bad);
    const counted = await open.count(operation);

    const { violations } = await open.cell({ operation, call, nth: 1, fault: "ENOSPC" }, counted);

    expect(violations).toContain(said);
  },
);

test.skipIf(!hasStrace)(
  "a build that leaves its temporary file when it fails is reported (needs strace)",
  async () => {
    const open = table("leaves-temp");
    const counted = await open.count("presence");

    const { violations } = await open.cell(
      { operation: "presence", call: "rename", nth: 1, fault: "EIO" },
      counted,
    );

    expect(violations.join("\n")).toMatch(/left behind: .*run\.json\.\d+-1\.tmp/);
  },
);

test.skipIf(!hasStrace)(
  "C6, C7 a lock whose removal fails once keeps nobody waiting (needs strace)",
  async () => {
    const open = table();
    const counted = await open.count("create-task-locked");

    const result = await open.cell(
      { operation: "create-task-locked", call: "rmdir", nth: 1, fault: "ESTALE" },
      counted,
    );

    expect(result).toEqual({ outcome: "done", violations: [] });
  },
);

test.skipIf(!hasStrace)(
  "C9 while the disk takes 0.5 s for each sync no lock is held and the process answers others (needs strace)",
  async () => {
    const folders = faultFolders();
    onTestFinished(folders.remove);
    const one = await startObedient();
    onTestFinished(one.end);
    await folders.renew("create-task-careful");
    const { configDir } = folders;
    const journal = join(configDir, "teams/faulty/journal/1.jsonl");
    await one.ask({ do: "open", operation: "create-task-careful", configDir });
    const output = join(configDir, "strace.out");
    const slow = ["-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:delay_enter=500000"];
    const tracing = await attachStrace(one.pid, output, slow);

    const began = performance.now();
    const run = { isOver: false };
    const answer = one.ask({ do: "run", mark: "first" }).finally(() => {
      run.isOver = true;
    });
    await until(() => readFileSync(journal, "utf8").includes("first task"), { within: 10_000 });
    const isLocked: boolean[] = [];
    await until(
      async () => {
        isLocked.push(existsSync(`${journal}.lock`));
        await one.ask({ do: "ping" });
        return run.isOver;
      },
      { within: 10_000, every: 1 },
    );
    const said = await answer;
    await tracing.end();
    await one.ask({ do: "close" });

    expect(performance.now() - began).toBeGreaterThan(500);
    expect(said.kind).toBe("done");
    // The lock may still be there when the entry is first seen: its writer reads it back before it lets go.
    expect(isLocked.slice(-10)).toEqual(Array.from({ length: 10 }, () => false));
  },
);
