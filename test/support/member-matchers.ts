import { expect } from "vitest";

/** A text with `part` in it, inside `toEqual` and `toMatchObject`. vitest types its own matcher as `any`. */
export function containing(part: string): unknown {
  return expect.stringContaining(part);
}
