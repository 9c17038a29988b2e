import { matchesGlob } from "node:path";
import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { expect, test } from "vitest";
import { globMatcher } from "../../../../src/agent/tools/glob-match.ts";

const MATCHES: readonly (readonly [pattern: string, path: string, isMatch: boolean])[] = [
  ["*.ts", "a.ts", true],
  ["*.ts", "src/a.ts", false],
  ["**/*.ts", "a.ts", true],
  ["**/*.ts", "src/b/a.ts", true],
  ["**/*.ts", "src/.hidden/a.ts", false],
  ["**/.hidden/*.ts", "src/.hidden/a.ts", true],
  ["*", ".env", false],
  [".*", ".env", true],
  ["[.]env", ".env", false],
  ["src/**", "src/a/b", true],
  ["src/**", "src", false],
  ["src/**/b", "src/b", true],
  ["**/a/**/b", "a/x/a/b", true],
  ["**/a/**/b", "a/.x/a/b", false],
  ["**/a/.x/**/b", "a/.x/a/.x/b", false],
  ["*.{ts,tsx}", "a.tsx", true],
  ["{src,test}/**/*.{ts,js}", "test/x/y.js", true],
  ["file{1..3}.txt", "file2.txt", true],
  ["a[0-9].c", "a7.c", true],
  ["a[!0-9].c", "a7.c", false],
  ["a?c", "abc", true],
  ["a[", "a[", true],
  ["#a", "#a", true],
  ["!a", "!a", true],
  ["!a", "b", false],
  ["./src/*.ts", "src/a.ts", true],
  ["日本/*.ts", "日本/木.ts", true],
];

test.each(MATCHES)("%s and %s: %s", (pattern, path, isMatch) => {
  expect(globMatcher(pattern).matches(path)).toBe(isMatch);
});

test("a folder is entered only when something below it may match", () => {
  const shallow = globMatcher("*.ts");
  const one = globMatcher("src/{a,b}/**/*.ts");

  expect(shallow.mayLieBelow("src")).toBe(false);
  expect(["src", "src/a", "src/a/deep/er"].map(one.mayLieBelow)).toEqual([true, true, true]);
  expect(["test", "src/c", "src/.a", "src/a/.git"].map(one.mayLieBelow)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

const name = string({ unit: constantFrom("a", "b", "."), minLength: 1, maxLength: 3 });
const path = array(
  name.filter((one) => one !== "." && one !== ".."),
  { minLength: 1, maxLength: 4 },
).map((names) => names.join("/"));
const piece = oneof(
  name.filter((one) => one !== "." && one !== ".."),
  constantFrom("*", "**", "a*", "*b", "?", "?a", "[ab]", "{a,b}", "*.a", "a?*b"),
);
const pattern = array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join("/"));

test("it matches what Node's own matcher does", () => {
  assert(
    property(pattern, path, (glob, at) => {
      expect(globMatcher(glob).matches(at)).toBe(matchesGlob(at, glob));
    }),
    { numRuns: 3_000 },
  );
});

test("a folder that is not entered has no match below it", () => {
  assert(
    property(pattern, path, path, (glob, folder, below) => {
      const { matches, mayLieBelow } = globMatcher(glob);
      expect(matches(`${folder}/${below}`) && !mayLieBelow(folder)).toBe(false);
    }),
    { numRuns: 3_000 },
  );
});

test("L25 a pattern that makes others try again and again is answered at once", () => {
  const long = "a".repeat(250);

  // Microseconds; a matcher that goes back takes minutes for the first of them, and this test its whole time.
  expect(globMatcher(`${"*a".repeat(30)}b`).matches(long)).toBe(false);
  expect(globMatcher(`${"**/*a/".repeat(20)}b`).matches(Array(120).fill("aa").join("/"))).toBe(false);
  expect(() => globMatcher("{a,b}".repeat(40))).toThrow("at most 100 alternatives");
});
