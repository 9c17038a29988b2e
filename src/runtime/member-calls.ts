import { narrower } from "../agent/gate/behavior.ts";
import type { LoopDeps } from "../agent/loop-deps.ts";
import { PermissionMode } from "../protocol/permissions.ts";
import type { Permissions } from "./gate.ts";
import { callHooks } from "./hooks/call-hooks.ts";
import { type GateSeat, type MemberGate, memberGate } from "./member-gate.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import { openProgress } from "./no-progress.ts";
import { whoIsSubagent } from "./subagent-hooks.ts";
import type { SubagentCaller, SubagentCalls } from "./subagent-run.ts";

/** What stands around the calls of a member, and of each subagent that it runs. */
export interface MemberCalls extends Pick<MemberGate, "isOffered" | "searchable"> {
  readonly gate: LoopDeps["gate"];
  /** A subagent may do what its member may, and its definition only makes it less. Hooks and the audit log hear its own name. */
  readonly callsFor: (sub: SubagentCaller) => SubagentCalls;
}

/** The life that makes the calls. */
export interface CallSeat extends GateSeat {
  readonly hooks: MemberHooks;
}

/** Throws as `memberGate` does. */
export async function memberCalls(
  job: MemberJob,
  permissions: Permissions,
  { hooks, ...seat }: CallSeat,
): Promise<MemberCalls> {
  const { gateFor, isOffered, searchable, mode } = await memberGate(job, permissions, seat);
  hooks.meet({ mode });
  return {
    isOffered,
    searchable,
    gate: gateFor(hooks.calls),
    callsFor: (sub) => {
      const permissionMode = PermissionMode.safeParse(sub.permissionMode).data;
      const who = {
        ...whoIsSubagent(job, sub),
        // Asked anew for each payload: its member's may change.
        get permission_mode() {
          return permissionMode === undefined ? mode() : narrower(mode(), permissionMode);
        },
      };
      const calls = callHooks({ hooks: hooks.asker, report: hooks.report }, who);
      return {
        gate: gateFor(calls, { id: sub.id, permissionMode }),
        afterCall: calls.afterCall,
        afterReply: openProgress([]).behind(calls.afterReply),
      };
    },
  };
}
