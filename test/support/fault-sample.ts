/** The items in an order that is another one for each seed, and always the same for one. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed >>> 0;
  const keyed = items.map((item) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return { item, key: (mixed ^ (mixed >>> 14)) >>> 0 };
  });
  return keyed.toSorted((one, other) => one.key - other.key).map(({ item }) => item);
}
