import type { GateContext } from "../agent/gate/gate-context.ts";
import type { ToolCall } from "../agent/tool.ts";
import { type ConnectorJudge, connectorStanding } from "./connector-judge.ts";
import { type Permissions, standingOf } from "./gate.ts";
import type { MemberJob } from "./member-job.ts";
import { memberMode } from "./member-mode.ts";
import type { MemberSandbox } from "./member-sandbox.ts";
import { realPathSoFar } from "./real-path.ts";
import type { Rules } from "./rulebook.ts";

/** What the gate has to know besides the rules. */
export interface ContextSeat {
  readonly judge: ConnectorJudge;
  readonly sandbox: MemberSandbox | undefined;
}

/** What binds a call of a member now. */
export function memberContext(
  { team, member }: Pick<MemberJob, "team" | "member">,
  { dir }: Permissions,
  { judge, sandbox }: ContextSeat,
): (call: ToolCall, rules: Rules) => GateContext {
  return (call, rules) => ({
    mode: memberMode(team, member.name, rules, sandbox?.state().status === "confined"),
    rules: rules.set,
    cwd: dir,
    folders: [dir, ...rules.folders],
    home: team.host.home,
    isConfined: sandbox?.mayRunUnasked(call) === true,
    realPath: realPathSoFar,
    standing: (tool) => standingOf(tool) ?? connectorStanding(judge, tool),
  });
}
