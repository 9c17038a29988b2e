import { narrower } from "../agent/gate/behavior.ts";
import type { LoopDeps } from "../agent/loop-deps.ts";
import type { PermissionMode } from "../protocol/permissions.ts";
import { auditedGate } from "./audited-gate.ts";
import { decide, type Permissions } from "./gate.ts";
import { callHooks } from "./hooks/call-hooks.ts";
import { auditOf } from "./hooks/report.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import { modeOf } from "./plan-mode.ts";
import { whoIsSubagent } from "./subagent-hooks.ts";
import type { SubagentCaller, SubagentCalls } from "./subagent-run.ts";

/** What stands around the calls of a member, and of each subagent that it runs. */
export interface MemberGate {
  readonly gate: LoopDeps["gate"];
  /** A subagent may do what its member may, and its definition only makes it less. Hooks and the audit log hear its own name. */
  readonly callsFor: (sub: SubagentCaller) => SubagentCalls;
}

export function memberGate(job: MemberJob, permissions: Permissions, hooks: MemberHooks): MemberGate {
  const { team, member } = job;
  const gateFor = (sub?: SubagentCaller): LoopDeps["gate"] => {
    const mode = (): PermissionMode => {
      const mine = modeOf(team, member.name);
      return sub?.permissionMode === undefined ? mine : narrower(mine, sub.permissionMode);
    };
    return auditedGate(job, (call) => decide({ ...permissions, mode: mode() }, call), sub);
  };
  return {
    gate: hooks.calls.guard(gateFor()),
    callsFor: (sub) => {
      const { asker, report } = hooks;
      const calls = callHooks({ hooks: asker, report, audit: auditOf(job, sub) }, whoIsSubagent(job, sub));
      return {
        gate: calls.guard(gateFor(sub)),
        afterCall: calls.afterCall,
        afterReply: calls.afterReply,
      };
    },
  };
}
