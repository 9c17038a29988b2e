import { z } from "zod";
import { MemberName } from "../../../protocol/names.ts";
import { type Context, defineCommand } from "../../command.ts";
import { ownInstance, ownTeam } from "../../own-process.ts";
import { nameArgument } from "../../parse-input.ts";
import { withTeam } from "../../team-session.ts";

export const agentRun = defineCommand({
  name: "run",
  summary: "Run one member in this terminal until Ctrl-C; a supervisor takes it as it is.",
  examples: [
    {
      line: "troupe agent run builder",
      note: "one that is not running; or one that has joined by hand",
      exit: 0,
    },
    { line: "troupe agent run builder", note: "exit 5: it is running", exit: 5 },
  ],
  arguments: [["<name>", "the member"]],
  input: z.object({ name: nameArgument(MemberName) }),
  run: async ({ name }, context, signal) => {
    const { host } = context;
    // Without a life of its own this is a person's shell.
    if ((host.env["TROUPE_INSTANCE"] ?? "") === "") return runHere(name, context, signal);
    const { openWorkspace } = await import("../../../runtime/workspace.ts");
    const { announceByHand } = await import("../../../runtime/by-hand.ts");
    const { liveAsMember } = await import("../../../runtime/member.ts");
    const workspace = openWorkspace(host);
    const [team, instance] = [ownTeam(host), ownInstance(host)];
    await announceByHand(workspace, team, name, instance);
    return liveAsMember(workspace, team, name, instance, signal);
  },
});

function runHere(name: MemberName, context: Context, signal: AbortSignal): Promise<number> {
  return withTeam(context, undefined, async ({ workspace, team }) => {
    const { runByHand } = await import("../../../runtime/by-hand.ts");
    context.screen.say(`${name} runs here until Ctrl-C; look at it with: troupe agent logs ${name}`);
    return runByHand(workspace.configDir, team, name, signal);
  });
}
