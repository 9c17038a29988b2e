import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAULTS } from "../support/fault-list.ts";

const TESTS = join(import.meta.dirname, "..");
const COUNT = 183;
/** A call whose first argument is a text that begins with one or more ids: `test("M1 a torn line …"`, `test("C1, C2 …"`. */
const TITLE = /\(\s*["'`]((?:[A-M]\d{1,2}(?:, | and | ))+)/g;

function idsInTitles(source: string): string[] {
  return [...source.matchAll(TITLE)].flatMap(([, ids = ""]) => ids.match(/[A-M]\d{1,2}/g) ?? []);
}

function testedIds(): Map<string, string> {
  const tested = new Map<string, string>();
  // This file's own samples are no tests of those faults.
  const paths = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.test\.tsx?$/.test(path) && join(TESTS, path) !== import.meta.filename,
  );
  for (const path of paths)
    for (const id of idsInTitles(readFileSync(join(TESTS, path), "utf8"))) tested.set(id, path);
  return tested;
}

test("the list holds every fault of the design once", () => {
  expect(FAULTS).toHaveLength(COUNT);
  expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(COUNT);
});

test("each fault has a test whose title begins with its id, or a reason why not", () => {
  const tested = testedIds();
  const silent = FAULTS.filter(({ id, open }) => open === undefined && !tested.has(id)).map(({ id }) => id);
  expect(silent, "write a test, or a reason in test/support/fault-list.ts").toEqual([]);
});

test("a fault that has a test is not listed as open", () => {
  const tested = testedIds();
  const stale = FAULTS.filter(({ id, open }) => open !== undefined && tested.has(id)).map(
    ({ id }) => `${id}: ${tested.get(id)}`,
  );
  expect(stale, "take the reason out of test/support/fault-list.ts").toEqual([]);
});

test("no test names a fault that the design does not know", () => {
  const known = new Set(FAULTS.map(({ id }) => id));
  expect([...testedIds().keys()].filter((id) => !known.has(id))).toEqual([]);
});

test("ids are found where titles begin with them, and nowhere else", () => {
  const source =
    'test("A1 one", f); test("C1, C8 and M2 two", f); it(`B2 three`, f); say("A9"); test("the D4 x", f)';
  expect(idsInTitles(source)).toEqual(["A1", "C1", "C8", "M2", "B2"]);
});

/** The part of docs/reliability.md that says what no test proves. */
function unprovenInDocs(): string {
  const docs = readFileSync(join(TESTS, "../docs/reliability.md"), "utf8");
  return docs.split(/^## /m).find((section) => section.startsWith("What no test proves")) ?? "";
}

/** Ids in the first cell of the rows of a table. */
function idsInRows(section: string): string[] {
  return section
    .split("\n")
    .flatMap((line) => /^\| ([^|]*) \|/.exec(line)?.[1]?.match(/\b[A-M]\d{1,2}\b/g) ?? []);
}

test("docs/reliability.md lists each fault of A to H and M that has no test, and no other", () => {
  const open = FAULTS.filter(({ id, open: why }) => why !== undefined && /^[A-HM]/.test(id)).map(
    ({ id }) => id,
  );
  const [listed = ""] = unprovenInDocs().split("\n### ");

  expect(idsInRows(listed).toSorted()).toEqual(open.toSorted());
});

test("docs/reliability.md calls half proved only what has a test", () => {
  const tested = testedIds();
  const [, half = ""] = unprovenInDocs().split("\n### ");

  expect(idsInRows(half).length).toBeGreaterThan(0);
  expect(idsInRows(half).filter((id) => !tested.has(id))).toEqual([]);
});
