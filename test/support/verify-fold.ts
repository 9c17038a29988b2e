import type { Fold } from "./verify.ts";
export function openFold(): Fold { return { apply: () => true, hash: () => "" }; }
