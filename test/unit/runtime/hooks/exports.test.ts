import { expect, test } from "vitest";
import { readExports } from "../../../../src/runtime/hooks/exports.ts";

const ENV = { PATH: "/usr/bin", HOME: "/home/ada" };

test.each<readonly [string, Readonly<Record<string, string>>]>([
  ["export NODE_ENV=production\n", { NODE_ENV: "production" }],
  ["A=1\nB=2", { A: "1", B: "2" }],
  ["export A=1 B='two words' C=\"x y\"", { A: "1", B: "two words", C: "x y" }],
  ['export PATH="$PATH:./node_modules/.bin"', { PATH: "/usr/bin:./node_modules/.bin" }],
  ["export PATH=$HOME/bin:${PATH}", { PATH: "/home/ada/bin:/usr/bin" }],
  ["export A=1\nexport B=$A$A$NOBODY", { A: "1", B: "11" }],
  ["# export A=1\n\n  export B=2 # and nothing else", { B: "2" }],
  ["export A='$HOME `x`'", { A: "$HOME `x`" }],
  ['export A="\\$HOME \\"q\\" \\\\ \\n"', { A: '$HOME "q" \\ \\n' }],
  ["declare -x A=\"1\"\ndeclare -x OLDPWD\ndeclare -x B=$'two\\nlines'", { A: "1", B: "two\nlines" }],
  ['export A="two\nlines"\nexport B=1', { A: "two\nlines", B: "1" }],
  ["export A=; export B=a\\ b;C=3", { A: "", B: "a b", C: "3" }],
])("%j sets what bash would", (text, set) => {
  const found = readExports(text, ENV);

  expect(found.set).toEqual(set);
});

test.each([
  "source venv/bin/activate",
  "export A=$(whoami)",
  'export A="$(whoami)"',
  "export A=`whoami`",
  'export A="`whoami`"',
  "export A=1 && rm -rf /",
  "A=1 touch x",
  "export 'A'=1",
  "unset A",
  "A=(1 2)",
  "export A='open",
])("%j holds more than exports: that line is told, and nothing of it is run or set", (text) => {
  const found = readExports(`export OK=1\n${text}\nexport LAST=1\n`, ENV);

  expect(found.wrong).toEqual([2]);
  expect(found.set).not.toHaveProperty("A");
  expect(found.set).toMatchObject({ OK: "1" });
});

test("a long file takes no time that grows faster than the file", () => {
  const text = "export A=1\n".repeat(20_000);
  const began = performance.now();

  expect(readExports(text, ENV).set).toEqual({ A: "1" });

  expect(performance.now() - began).toBeLessThan(5_000);
});
