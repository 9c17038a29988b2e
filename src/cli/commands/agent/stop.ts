import { z } from "zod";
import { MemberName } from "../../../protocol/names.ts";
import { type Context, defineCommand } from "../../command.ts";
import { Duration } from "../../durations.ts";
import { nameArgument } from "../../parse-input.ts";
import { withTeam } from "../../team-session.ts";

export const agentStop = defineCommand({
  name: "stop",
  summary: "Ask one agent to stop, then stop it; its tasks are free again.",
  examples: [{ line: "troupe agent stop builder", note: "back with: troupe resume --only builder", exit: 0 }],
  arguments: [["<name>", "the member"]],
  options: [["--timeout <time>", "how long to wait before SIGTERM (30s)"]],
  input: z.object({ name: nameArgument(MemberName), timeout: Duration.default(30_000) }),
  notForAgents: true,
  run: ({ name, timeout }, context, signal) =>
    stop(context, name, { graceMs: timeout, termMs: 10_000 }, signal),
});

export const agentKill = defineCommand({
  name: "kill",
  summary: "End one agent at once; its tasks are free again.",
  examples: [{ line: "troupe agent kill builder", note: "it and what it started, without a grace", exit: 0 }],
  arguments: [["<name>", "the member"]],
  input: z.object({ name: nameArgument(MemberName) }),
  notForAgents: true,
  run: ({ name }, context, signal) => stop(context, name, { graceMs: 0, termMs: 0 }, signal),
});

function stop(
  context: Context,
  name: MemberName,
  limits: { readonly graceMs: number; readonly termMs: number },
  signal: AbortSignal,
): Promise<number> {
  return withTeam(context, undefined, async ({ workspace, team }) => {
    const { stopTeam } = await import("../../../runtime/stop-team.ts");
    const { showStopped } = await import("../../stopped-view.ts");
    const { partyNamed } = await import("../../party-named.ts");
    const member = MemberName.parse(partyNamed(await team.readOn(), name));
    const report = await stopTeam(workspace, team, { ...limits, member, by: "user" }, signal);
    return showStopped(context, team, report);
  });
}
