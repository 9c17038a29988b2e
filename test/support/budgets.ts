import type { MemberJob } from "../../src/runtime/member-job.ts";

/** A life without limits, whose calls nobody counts. */
export function noBudget(): Pick<MemberJob, "budget" | "events"> {
  return {
    events: { emit: () => undefined, flush: () => Promise.resolve() },
    budget: {
      add: () => ({ usd: 0, tokens: 0, turns: 1, asOf: "2026-11-20" }),
      look: () => Promise.resolve({ go: true }),
      whenFree: () => Promise.resolve({ go: true }),
      isSpent: () => false,
      isAwaited: () => false,
      subscribe: () => undefined,
    },
  };
}
