import type { SubagentMark } from "../agent/events.ts";
import type { LoopDeps, Verdict } from "../agent/loop-deps.ts";
import type { ToolCall } from "../agent/tool.ts";
import { digestOf } from "../team/approvals.ts";
import { refuseHidden } from "./hidden-text.ts";
import type { MemberJob } from "./member-job.ts";

/** The gate, with a line in the audit log for each decision before it takes effect: what cannot be written down is not done. */
export function auditedGate(
  { audit }: Pick<MemberJob, "audit">,
  decide: (call: ToolCall) => Verdict,
  sub?: SubagentMark,
): LoopDeps["gate"] {
  return async (call) => {
    const verdict = refuseHidden(call) ?? decide(call);
    await audit.record({
      kind: "tool",
      tool: call.name,
      argsHash: digestOf(call.name, call.input),
      decision: verdict.allowed ? "allow" : "deny",
      rule: null,
      actor: "gate",
      ...(sub === undefined ? {} : { sub: sub.id }),
    });
    return verdict;
  };
}
