import { z } from "zod";

const UNITS = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** A hundred years: beyond it neither dates nor timers know what to do. */
const LONGEST_MS = 36_500 * UNITS.d;
const PART = /(\d{1,9}(?:\.\d{1,3})?)(ms|s|min|m|h|d)/g;

/** `30s`, `2h`, `1h30m`, `500ms`, `1d`: milliseconds. */
export const Duration = z
  .string()
  .regex(/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|min|m|h|d))+$/, "a duration looks like 30s, 5m, 2h or 1h30m")
  .transform((text) => {
    let total = 0;
    for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * UNITS[unitOf(unit)];
    return Math.round(total);
  })
  .refine((ms) => ms <= LONGEST_MS, "a duration is at most 36500d");

function unitOf(word: string | undefined): keyof typeof UNITS {
  return word === "ms" || word === "m" || word === "min" || word === "h" || word === "d" ? word : "s";
}

/** A length of time for people: `12 s`, `3 min`, `2 h`, `4 d`; never negative, whatever the clocks say. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** How long something took: `12 ms` below a second, then as `lengthText`. */
export function tookText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : lengthText(ms);
}

/** How long ago `at` (ISO) was at `now` (ms). */
export function ageText(at: string, now: number): string {
  return lengthText(now - Date.parse(at));
}

/** A place on a stopwatch: `0:07`, `12:30`, `1:02:03`. */
export function offsetText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
