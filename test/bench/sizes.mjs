/** How much a workload does: the full amount or a moment of it, with as many rounds as were asked for. */
export function sizesOf(full, short, { smoke, rounds }) {
  const sizes = smoke ? short : full;
  return rounds === undefined ? sizes : { ...sizes, rounds };
}
