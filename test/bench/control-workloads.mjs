import { auditAppend } from "./audit.mjs";
import { gateDecision } from "./gate.mjs";
import { interrupt } from "./interrupt.mjs";

/** What stands between a model's call and its tool, and what stops both. */
export const CONTROL_WORKLOADS = {
  audit: {
    title: "audit append: a decision is written down before its call runs",
    target: "p99 < 0.2 ms",
    run: auditAppend,
  },
  gate: {
    title: "permission decision on one tool call, with 500 rules",
    target: "p99 < 1 ms, also for a command of 9,000 characters",
    run: gateDecision,
  },
  interrupt: {
    title: "from the user's entry until the agent rests and what it had started is gone",
    target: "p99 < 1,000 ms",
    run: interrupt,
  },
};
