import type { GateContext } from "../agent/gate/gate-context.ts";
import type { ToolCall } from "../agent/tool.ts";
import { outputFolder, teamPaths } from "../protocol/paths.ts";
import { configFolder } from "./config-folder.ts";
import { connectorStanding } from "./connector-judge.ts";
import { type Permissions, standingOf } from "./gate.ts";
import type { MemberJob } from "./member-job.ts";
import { memberMode } from "./member-mode.ts";
import { realPathSoFar } from "./real-path.ts";
import type { Rules } from "./rulebook.ts";
import { type LeavingSeat, whyLookedAt } from "./untrusted-calls.ts";

/** What the gate has to know besides the rules. */
export type ContextSeat = LeavingSeat;

/** What binds a call of a member now. */
export function memberContext(
  { team, member }: Pick<MemberJob, "team" | "member">,
  { dir }: Permissions,
  seat: ContextSeat,
): (call: ToolCall, rules: Rules) => GateContext {
  const { judge, sandbox } = seat;
  const output = outputFolder(teamPaths(configFolder(team.host), team.name).agent(member.name));
  return (call, rules) => {
    const mode = memberMode(team, member.name, rules, sandbox?.state().status === "confined");
    return {
      mode,
      rules: rules.set,
      cwd: dir,
      folders: [dir, ...rules.folders],
      // Where output that was too long is kept for it.
      readable: [output],
      home: team.host.home,
      isConfined: sandbox?.mayRunUnasked(call) === true,
      realPath: realPathSoFar,
      // An allow rule was written for a command that is confined.
      standing: (tool) =>
        sandbox?.isLetOut(call) === true ? "asks" : (standingOf(tool) ?? connectorStanding(judge, tool)),
      untrusted: whyLookedAt(call, rules.settings, mode, seat),
    };
  };
}
