import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createNumberSet } from "../../../src/team/number-set.ts";

const number = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200_000 }));

test("answers what a set of numbers answers", () => {
  const call = fc.record({ add: fc.boolean(), number });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), fc.array(number, { maxLength: 10 }), (calls, probes) => {
      const set = createNumberSet();
      const model = new Set<number>();
      for (const { add, number: member } of calls) {
        if (add) model.add(member);
        else model.delete(member);
        (add ? set.add : set.remove)(member);
      }
      const sorted = [...model].toSorted((one, other) => one - other);

      expect(set.size()).toBe(model.size);
      expect(set.last()).toBe(sorted.at(-1));
      for (const probe of [0, ...probes, ...model]) {
        expect(set.has(probe)).toBe(model.has(probe));
        expect(set.next(probe)).toBe(sorted.find((member) => member >= probe));
      }
    }),
    { numRuns: 300 },
  );
});

test("bits at the borders of words are found", () => {
  const set = createNumberSet();
  const borders = [31, 32, 63, 64, 1023, 1024, 32_767, 32_768, 1_048_575, 1_048_576];
  for (const border of borders) set.add(border);

  const found: number[] = [];
  for (let at = set.next(0); at !== undefined; at = set.next(at + 1)) found.push(at);

  expect(found).toEqual(borders);
});
