/** Milliseconds since `startedMs` of `performance.now()`, to one decimal: what lies behind it is noise in every log. */
export function elapsedMs(startedMs: number): number {
  return Math.round((performance.now() - startedMs) * 10) / 10;
}
