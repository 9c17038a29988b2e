import { deniedTo, digestOf } from "../team/approvals.ts";
import type { OwnApprovals } from "./approvals.ts";
import { type CallGate, openCallGate } from "./call-gate.ts";
import { type Permissions, whyMissing } from "./gate.ts";
import { refuseHidden } from "./hidden-text.ts";
import { type ContextSeat, memberContext } from "./member-context.ts";
import type { MemberJob } from "./member-job.ts";
import { openRulebook } from "./rulebook.ts";
import { sandboxClearance } from "./sandbox-clearance.ts";

/** The life that the gate belongs to. */
export interface GateSeat extends ContextSeat {
  readonly approvals: OwnApprovals;
}

/**
 * The gate of a member: its settings, its mode, its questions and its audit log. Throws `bad_settings` for settings that
 * cannot be read, or rules that cannot mean anything.
 */
export async function memberGate(
  job: MemberJob,
  permissions: Permissions,
  seat: GateSeat,
): Promise<CallGate> {
  const { team, member, audit, onTrouble } = job;
  const { host } = team;
  const { dir } = permissions;
  const { approvals, sandbox } = seat;
  const rulebook = await openRulebook(host, dir, onTrouble);
  const context = memberContext(job, permissions, seat);
  return openCallGate({
    rulebook,
    context: (call) => context(call, rulebook.now()),
    refusal: (call) => whyMissing(permissions, call.name) ?? refuseHidden(call)?.reason,
    clearance: sandboxClearance(sandbox, approvals),
    digestOf,
    deniedTo: (digest) => deniedTo(team.state(), member.name, digest),
    ask: approvals.ask,
    anchored: (rule) => anchored(rule, dir),
    record: audit.record,
  });
}

/** From the root: the file of "always" stands at the top of the repository. */
function anchored(rule: string, dir: string): string {
  return rule.replace(/^(Read|Edit)\(\/(?!\/)/, (_, tool: string) => `${tool}(/${dir}/`);
}
