import { readableFiles } from "../agent/gate/readable.ts";
import { fromRoot } from "../agent/gate/suggestion.ts";
import type { ToolCall } from "../agent/tool.ts";
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
  /** As they were just read. */
  readonly settings: Parameters<typeof openRulebook>[3];
}

export interface MemberGate extends CallGate {
  /** In which it judges now. */
  readonly mode: () => ReturnType<ReturnType<typeof memberContext>>["mode"];
  /** What the file tools may show of what they search. */
  readonly searchable: () => (path: string) => boolean;
}

/**
 * The gate of a member: its settings, its mode, its questions and its audit log. Throws `bad_settings` for settings that
 * cannot be read, or rules that cannot mean anything.
 */
export async function memberGate(
  job: MemberJob,
  permissions: Permissions,
  seat: GateSeat,
): Promise<MemberGate> {
  const { team, member, audit, onTrouble } = job;
  const { host } = team;
  const { dir } = permissions;
  const { approvals, sandbox } = seat;
  const rulebook = await openRulebook(host, dir, onTrouble, seat.settings);
  const context = memberContext(job, permissions, seat);
  const gate = openCallGate({
    rulebook,
    context: (call) => context(call, rulebook.now()),
    refusal: (call) => whyMissing(permissions, call.name) ?? refuseHidden(call)?.reason,
    clearance: sandboxClearance(sandbox, approvals),
    digestOf,
    deniedTo: (digest) => deniedTo(team.state(), member.name, digest),
    ask: approvals.ask,
    // The file of "always" stands at the top of the repository.
    anchored: (rule) => fromRoot(rule, dir),
    record: audit.record,
  });
  const search: ToolCall = { id: "", name: "Grep", input: {} };
  const now = (): ReturnType<typeof context> => context(search, rulebook.now());
  return { ...gate, mode: () => now().mode, searchable: () => readableFiles(now()) };
}
