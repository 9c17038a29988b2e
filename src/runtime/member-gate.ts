import { deniedTo, digestOf } from "../team/approvals.ts";
import type { Standing } from "../agent/gate/gate-context.ts";
import type { OwnApprovals } from "./approvals.ts";
import { type CallGate, openCallGate } from "./call-gate.ts";
import type { ConnectorJudge } from "./connector-judge.ts";
import { type Permissions, standingOf, whyMissing } from "./gate.ts";
import { refuseHidden } from "./hidden-text.ts";
import type { MemberJob } from "./member-job.ts";
import { memberMode } from "./member-mode.ts";
import type { MemberSandbox } from "./member-sandbox.ts";
import { realPathSoFar } from "./real-path.ts";
import { openRulebook } from "./rulebook.ts";
import { sandboxClearance } from "./sandbox-clearance.ts";
import { addRule } from "./settings-rule.ts";

/** The life that the gate belongs to. */
export interface GateSeat {
  readonly approvals: OwnApprovals;
  readonly judge: ConnectorJudge;
  readonly sandbox: MemberSandbox | undefined;
}

/**
 * The gate of a member: its settings, its mode, its questions and its audit log. Throws `bad_settings` for settings that
 * cannot be read, or rules that cannot mean anything.
 */
export async function memberGate(
  { team, member, audit, onTrouble }: MemberJob,
  permissions: Permissions,
  { approvals, judge, sandbox }: GateSeat,
): Promise<CallGate> {
  const { host } = team;
  const { dir } = permissions;
  const rulebook = await openRulebook(host, dir, onTrouble);
  return openCallGate({
    rulebook,
    context: (call) => {
      const rules = rulebook.now();
      return {
        mode: memberMode(team, member.name, rules, sandbox?.state().status === "confined"),
        rules: rules.set,
        cwd: dir,
        folders: [dir, ...rules.folders],
        home: host.home,
        isConfined: sandbox?.mayRunUnasked(call) === true,
        realPath: realPathSoFar,
        standing: (tool) => standingOf(tool) ?? connectorStanding(judge, tool),
      };
    },
    refusal: (call) => whyMissing(permissions, call.name) ?? refuseHidden(call)?.reason,
    clearance: sandboxClearance(sandbox, approvals),
    digestOf,
    deniedTo: (digest) => deniedTo(team.state(), member.name, digest),
    ask: approvals.ask,
    keepRule: async (rule) => {
      await addRule(host, dir, anchored(rule, dir), "allow");
    },
    record: audit.record,
  });
}

/** What a server says of its tool lowers nothing; what it changed since somebody allowed it is asked about again (faults.md J9). */
function connectorStanding(judge: ConnectorJudge, tool: string): Standing | undefined {
  if (judge.needsPerson(tool) || judge.changedSinceApproval(tool)) return "asks";
  return judge.isReadOnly(tool) ? "reads" : undefined;
}

/** A path that counts from the member's folder, as it is written in a file that may stand further up. */
function anchored(rule: string, dir: string): string {
  return rule.replace(/^(Read|Edit)\(\/(?!\/)/, (_, tool: string) => `${tool}(/${dir}/`);
}
