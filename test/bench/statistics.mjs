/** The value below which `share` (0 to 1) of the values lie; undefined of none. */
export function percentile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(values) {
  return percentile(values, 0.5);
}

/** Three significant digits: more would claim a precision that shared machines do not have. */
export function rounded(value) {
  return typeof value === "number" && Number.isFinite(value) ? Number(value.toPrecision(3)) : undefined;
}

/** A small generator (mulberry32): the same seed gives the same numbers. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
