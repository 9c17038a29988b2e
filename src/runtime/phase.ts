import type { InstanceId } from "../protocol/names.ts";

/** A moment within `ms` that differs from life to life: by its random id, chance without asking for it. */
export function phaseOf(instance: InstanceId, ms: number): number {
  let sum = 0;
  for (const letter of instance) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % ms;
  return sum;
}
