import { z } from "zod";
import { defineCommand } from "../../command.ts";

export const mcpList = defineCommand({
  name: "list",
  summary: "Show the servers of connectors: where each comes from, whether agents start it, and its rules.",
  examples: [
    { line: "troupe mcp list", note: "of all agents of the team, or of this folder", exit: 0 },
    { line: "troupe mcp list --agent builder --json", note: "an array; no secret is in it", exit: 0 },
  ],
  options: [["--agent <name>", "only those of this agent"]],
  input: z.object({ agent: z.string().min(1).optional() }),
  run: async ({ agent }, context) => {
    const { connectorSeats } = await import("../../connector-seats.ts");
    const { seenConnectors } = await import("../../../runtime/connector-view.ts");
    const { showConnectors } = await import("../../mcp-view.ts");
    return showConnectors(context, await seenConnectors(context.host, await connectorSeats(context, agent)));
  },
});
