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
