import { z } from "zod";
import { defineCommand } from "../command.ts";
import { ownInstance, ownTeam } from "../own-process.ts";

export const supervise = defineCommand({
  name: "supervise",
  summary: "The supervisor of TROUPE_TEAM: what up and resume start in the background.",
  examples: [],
  input: z.object({}),
  hidden: true,
  run: async (_, { host }, signal) => {
    const { openWorkspace } = await import("../../runtime/workspace.ts");
    const { supervise: live } = await import("../../runtime/supervisor.ts");
    return live(openWorkspace(host), ownTeam(host), ownInstance(host), signal);
  },
});
