import { z } from "zod";
import { MemberName } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { ownInstance, ownTeam } from "../../own-process.ts";
import { nameArgument } from "../../parse-input.ts";

export const agentRun = defineCommand({
  name: "run",
  summary: "The process of one member of TROUPE_TEAM: what its backend starts.",
  examples: [],
  arguments: [["<name>", "the member"]],
  input: z.object({ name: nameArgument(MemberName) }),
  hidden: true,
  run: async ({ name }, { host }, signal) => {
    const { openWorkspace } = await import("../../../runtime/workspace.ts");
    const { liveAsMember } = await import("../../../runtime/member.ts");
    return liveAsMember(openWorkspace(host), ownTeam(host), name, ownInstance(host), signal);
  },
});
