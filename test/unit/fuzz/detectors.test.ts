import * as fc from "fast-check";
import { expect, test } from "vitest";
import { damagedLogs, readsWhole, readWithStore } from "../../support/fuzz-log.ts";
import type { LogReading } from "../../support/fuzz-log-lines.ts";
import { keepsRules, rounds } from "../../support/fuzz-rules.ts";

/** A reader as one writes it on the first day: every complete line that is JSON. */
const withoutChecksum: LogReading = async (_kind, bytes) => {
  const delivered: unknown[] = [];
  const torn: { offset: number; bytes: number; why: "checksum" }[] = [];
  let offset = 0;
  for (const line of bytes.toString("latin1").split("\n").slice(0, -1)) {
    try {
      const { c: _, ...value } = JSON.parse(Buffer.from(line, "latin1").toString()) as Record<
        string,
        unknown
      >;
      delivered.push(value);
    } catch {
      if (line !== "") torn.push({ offset, bytes: line.length, why: "checksum" });
    }
    offset += line.length + 1;
  }
  return { delivered, torn };
};

const brokenIsEmpty: LogReading = async (kind, bytes, sizes) => {
  const read = await readWithStore(kind, bytes, sizes);
  return read.torn.length > 0 ? { ...read, delivered: [] } : read;
};

/** Loses the entry behind the first torn line. */
const withoutNeighbour: LogReading = async (kind, bytes, sizes) => {
  const read = await readWithStore(kind, bytes, sizes);
  const [torn] = read.torn;
  if (!torn) return read;
  const before = await readWithStore(kind, bytes.subarray(0, torn.offset), []);
  return { ...read, delivered: read.delivered.toSpliced(before.delivered.length, 1) };
};

/** Believes a line that its writer has not ended yet. */
const withoutPatience: LogReading = async (kind, bytes, sizes) => {
  const ended = bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from("\n")]);
  return readWithStore(kind, ended, sizes);
};

const silent: LogReading = async (kind, bytes, sizes) => ({
  ...(await readWithStore(kind, bytes, sizes)),
  torn: [],
});

test.each([
  ["checks no checksum", withoutChecksum],
  ["takes a broken log for an empty one", brokenIsEmpty],
  ["drops the neighbour of a torn line", withoutNeighbour],
  ["believes a line without its end", withoutPatience],
  ["says nothing of torn lines", silent],
])("a reader that %s is caught", async (_, reading) => {
  const property = fc.asyncProperty(damagedLogs, (log) => readsWhole(reading, log));

  const { failed } = await fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true });

  expect(failed).toBe(true);
});

test("a team that answers a completion before it has read it back is caught", async () => {
  const property = fc.asyncProperty(rounds, (all) =>
    keepsRules(all, (team) => ({
      ...team,
      commit: async (draft) => {
        const outcome = await team.commit(draft);
        if (outcome.ok || draft.op !== "complete") return outcome;
        return { ok: true, entry: { ...draft, v: 1, id: team.nextId(), at: "" } };
      },
    })),
  );

  const { failed } = await fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true });

  expect(failed).toBe(true);
});
