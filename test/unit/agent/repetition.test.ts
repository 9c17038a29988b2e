import * as fc from "fast-check";
import { expect, test } from "vitest";
import { afterReplyOf, NOTHING_SEEN, type Repetition } from "../../../src/agent/repetition.ts";

/** How often the most repeated call was made after each reply; a letter is a call with its result, `ab` one reply of two. */
function times(replies: readonly string[]): readonly number[] {
  let seen: Repetition = NOTHING_SEEN;
  return replies.map((reply) => {
    const after = afterReplyOf(seen, reply.split(""));
    seen = after.seen;
    return after.times;
  });
}

test.each([
  ["the same again and again", "a a a a a", "1 2 3 4 5"],
  ["two in turns", "a b a b a b a b a b", "1 1 1 2 2 3 3 4 4 5"],
  ["three in turns", "a b c a b c a b c", "1 1 1 1 1 2 2 2 3"],
  ["the same two in each reply", "ab ab ab", "1 2 3"],
  ["several times in one reply", "aaaaa a", "1 2"],
  ["polling that sees changes", "1 2 3 4 5 6", "1 1 1 1 1 1"],
  ["a test that fails alike after each edit", "t 1 t 2 t 3 t 4 t 5 t", "1 1 1 1 1 1 1 1 1 1 1"],
  ["an edit in between", "a a 1 a a 2 a a", "1 2 1 1 2 1 1 2"],
  ["an edit that is taken back each time", "a x b y a x b y a x b y", "1 1 1 1 1 1 1 2 2 2 2 3"],
  ["a look at what is known, then something new beside it", "a a a1", "1 2 1"],
])("K4 %s", (_, replies, expected) => {
  expect(times(replies.split(" "))).toEqual(expected.split(" ").map(Number));
});

test("K4 what is made again far away counts as new", () => {
  const others = Array.from({ length: 30 }, (_, at) => String.fromCodePoint(0x4e00 + at));

  expect(times(["a", ...others, "a", ...others, "a"]).every((count) => count === 1)).toBe(true);
});

test("K4 a reply with anything new ends every count, and without it no count falls behind", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1, maxLength: 3 })),
      (replies) => {
        let seen: Repetition = NOTHING_SEEN;
        for (const reply of replies) {
          const isNew = reply.some((mark) => !seen.known.includes(mark));
          const after = afterReplyOf(seen, reply);
          const counted = Math.max(...reply.map((mark) => (seen.counts.get(mark) ?? 0) + 1));
          expect(after.times).toBe(isNew ? 1 : counted);
          seen = after.seen;
        }
      },
    ),
  );
});
