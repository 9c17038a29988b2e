import { expect, onTestFinished, test } from "vitest";
import { OPERATION_NAMES } from "../fixtures/fault-operations.mjs";
import { openSeam, type Seam, seamFaults } from "../support/fault-table-seam.ts";

function seam(bad?: string): Seam {
  const open = openSeam(bad);
  onTestFinished(open.remove);
  return open;
}

test("A12, C1, C6, H6, M2 at each call of the disk in each operation a failure, a lost answer and half a write are told or do no harm", {
  timeout: 120_000,
}, async () => {
  const open = seam();
  const found: Record<string, readonly string[]> = {};
  let count = 0;
  const tryAll = async (operation: string, call: string, at: number): Promise<void> => {
    // Of the errors EIO, whose answer says least; all of them are tried in `npm run test:fault`.
    const faults = seamFaults(call, at).filter(({ errno, kind }) => errno === "EIO" || kind === "cuts");
    for (const fault of faults) {
      const { result } = await open.cell(operation, call, fault);
      const wrong = result.outcome === "not reached" ? ["not reached"] : result.violations;
      if (wrong.length > 0)
        found[`${operation}: ${fault.kind} ${fault.errno} at call ${at}, ${call}`] = wrong;
      count++;
    }
  };

  for (const operation of OPERATION_NAMES)
    for (const [at, call] of (await open.callsOf(operation)).entries()) await tryAll(operation, call, at);

  expect(found).toEqual({});
  expect(count).toBeGreaterThan(300);
});

test.each([
  ["acknowledges", "send-small", { call: "append", errno: "ENOSPC", kind: "fails" }, "does not stand"],
  ["acknowledges", "claim", { call: "append", errno: "ENOSPC", kind: "fails" }, "does not stand"],
  ["swallows", "presence", { call: "rename", errno: "EIO", kind: "fails" }, "a wrong answer"],
  ["denies", "claim", { call: "append", errno: "EIO", kind: "loses" }, "refused, and it stands"],
  ["leaves-temp", "snapshot", { call: "rename", errno: "EIO", kind: "fails" }, "left behind"],
] as const)("a build that %s is reported by %s", async (bad, operation, { call, ...fault }, said) => {
  const open = seam(bad);
  const at = (await open.callsOf(operation)).indexOf(call);

  const { result } = await open.cell(operation, call, { ...fault, at });

  expect(result.violations.join("\n")).toContain(said);
});
