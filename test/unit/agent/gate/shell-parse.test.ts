import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseShell } from "../../../../src/agent/gate/shell-parse.ts";

/** The commands of a text, a list of words each; what expands shows as a dot. */
function commandsOf(text: string): readonly (readonly string[])[] | string {
  const { commands, trouble } = parseShell(text);
  if (trouble !== undefined) return trouble;
  return commands
    .map(({ assignments, words, redirects }) => [
      ...assignments.map(({ name, value }) => `${name}=${value.shape}`),
      ...words.map(({ shape }) => shape),
      ...redirects.map(({ direction, target }) => `${direction} ${target.shape}`),
    ])
    .map((words) => words.map((word) => word.replace(/[^\P{Cc}\n\t]/gu, "·")));
}

test.each<readonly [string, readonly (readonly string[])[]]>([
  ["a && b || c; d | e |& f & g\nh", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]]],
  ["echo 'a;b' \"c;d\" e\\;f", [["echo", "a;b", "c;d", "e;f"]]],
  ["r\\\nm x", [["rm", "x"]]],
  ["$'r\\x6d' $'\\162m' $'\\u0072m'", [["rm", "rm", "rm"]]],
  ["r''m \"r\"m", [["rm", "rm"]]],
  ["echo $(a $(b)) `c \\`d\\``", [["b"], ["a", "·"], ["d"], ["c", "·"], ["echo", "·", "·"]]],
  ["a <(b) >(c)", [["b"], ["c"], ["a", "·", "·"]]],
  ["a # b\nc #d'\ne#f", [["a"], ["c"], ["e#f"]]],
  ["a <<X b\n$(c) `d`\nX\ne", [["a", "b"], ["c"], ["d"], ["e"]]],
  ["a <<'X'\n$(c)\nX\ne", [["a"], ["e"]]],
  ["a <<-X\n\tb\n\tX\ne", [["a"], ["e"]]],
  ["a <<X <<Y\n1\nX\n2\nY\ne", [["a"], ["e"]]],
  ["a <<< b", [["a"]]],
  [
    "A=1 B+=$(x) c > d 2>&1 < e >> f <> g >| h &> i",
    [["x"], ["A=1", "B=·", "c", "write d", "read e", "write f", "both g", "write h", "write i"]],
  ],
  ["a 2>&- >&2 {x}> y", [["a", "write y"]]],
  ["if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]],
  ["while a; do b; done; until c; do d; done", [["a"], ["b"], ["c"], ["d"]]],
  ["for x in 1 $(a); do b $x; done", [["a"], ["b", "·"]]],
  ["{ a; } > b; (c; (d))", [["a"], ["write b"], ["c"], ["d"]]],
  ["! a", [["a"]]],
  ["a * ? [x] {b,c} {} ~ ~/x", [["a", "·", "·", "·x]", "·b,c}", "{}", "·", "·/x"]]],
  [
    'a "$b" ${c} ${d:-$(e)} ${f%x} ${#g} $1 $? $((1 + 2))',
    [["e"], ["a", "·", "·", "·", "·", "·", "·", "·", "·"]],
  ],
  ["a $ b$", [["a", "$", "b$"]]],
  ["", []],
  ["# only", []],
])("%j is the commands %j", (text, expected) => {
  expect(commandsOf(text)).toEqual(expected);
});

test.each([
  "a 'b",
  'a "b',
  "a `b",
  "a $(b",
  "a ${b",
  "(a",
  "a )",
  "a\\",
  "a() { b; }",
  "function a { b; }",
  "case a in b) c;; esac",
  "select a in b; do c; done",
  "coproc a",
  "[[ a -eq b ]]",
  "((a))",
  "a $((b))",
  "a $((b[$(c)]))",
  "a $[1]",
  "a=(b c)",
  "a[0]=b",
  "a ${b@P} ",
  "a ${!b}",
  "a ${b:=c}",
  "a ${b[0]}",
  "a ${b:$(c)}",
  "a @(b|c)",
  "a <<X\nb",
  "a <<$X\nb\n$X",
  "a <<X\nb\\\nX\nc\nX",
  "a $(b <<X)\nX",
  "a >",
  "a <&$b",
  "for ((;;)); do a; done",
  "a \r",
  "a \u001b[0m",
  "a\u00a0b",
  "a\u200bb",
  "a \ud800",
  "a $'\\x00'",
  "a $'\\xff'",
  `${"(".repeat(50)}a${")".repeat(50)}`,
  "a".repeat(10_001),
])("L19 %j is not read", (text) => {
  expect(parseShell(text).trouble).toEqual(expect.any(String));
});

test("L19 any text is taken apart without a throw, in steps that grow with its length", () => {
  const tricky = fc.constantFrom(
    ..."a b ; & | ( ) { } < > $ ' \" ` \\ \n # = * ? [ ] ~ ! 1 EOF << $( ${ $(( $' <( if for do done case in \0 \u200b".split(
      " ",
    ),
    " ",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(tricky, { maxLength: 200 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(parseShell(one).steps).toBeLessThanOrEqual(30 * one.length + 30);
    }),
    { numRuns: 400 },
  );
});

test.each([
  ["quotes", "'\"", 4_500],
  ["dollars", "$", 9_000],
  ["open substitutions", "$(", 4_500],
  ["open backticks", "`", 9_000],
  ["escaped backticks", "\\`", 4_500],
  ["operators", ";&|", 3_000],
  ["redirections", ">a ", 3_000],
  ["here-documents", "<<a ", 2_200],
  ["braces", "${a:-", 1_800],
  ["arithmetic", "$((1", 2_200],
  ["ANSI quotes", "$'\\", 3_000],
  ["words", "a ", 4_500],
  ["continuations", "\\\n", 4_500],
  ["digits", "1", 9_000],
])("L25 the steps for many %s grow as their number does", (_, piece, count) => {
  const steps = (times: number): number => parseShell(piece.repeat(times)).steps;

  expect(steps(count)).toBeLessThanOrEqual(8 * piece.length * count + 100);
  expect(steps(count)).toBeLessThanOrEqual(2.2 * steps(count / 2) + 100);
});
