import type { Host } from "../base/host.ts";

/** A moment within `ms` that differs from life to life, of which `instance` is the id: by that, chance without asking for it. */
export function phaseOf(instance: string, ms: number): number {
  let sum = 0;
  for (const letter of instance) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % ms;
  return sum;
}

/** Another moment within `ms` each time. */
export function randomPhase({ newId }: Pick<Host, "newId">, ms: number): number {
  return phaseOf(newId(), Math.max(1, Math.ceil(ms)));
}
