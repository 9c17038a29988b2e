import { z } from "zod";
import { defineCommand } from "../../command.ts";

export const mcpTest = defineCommand({
  name: "test",
  summary: "Start a server as an agent does, ask for its tools and end it; exit 8 when it does not answer.",
  examples: [
    {
      line: "troupe mcp test files",
      note: "its tools, their size, and whether they were allowed before",
      exit: 3,
    },
    { line: "troupe mcp test files --agent builder --json", note: "in builder's folder", exit: 3 },
  ],
  arguments: [["<name>", "the server, as troupe mcp list has it"]],
  options: [["--agent <name>", "as this agent would; else as the lead, or the first that has it"]],
  input: z.object({ name: z.string().min(1), agent: z.string().min(1).optional() }),
  notForAgents: true,
  run: async ({ name, agent }, context, signal) => {
    const { connectorSeats } = await import("../../connector-seats.ts");
    const { seenConnectors } = await import("../../../runtime/connector-view.ts");
    const { tryConnector } = await import("../../../runtime/try-connector.ts");
    const { showTried, startableConnector } = await import("../../mcp-view.ts");
    const { host, screen } = context;
    const seen = startableConnector(await seenConnectors(host, await connectorSeats(context, agent)), name);
    for (const variable of seen.missing) screen.say(`\${${variable}} is not set`);
    return showTried(context, seen, await tryConnector(host, seen, signal));
  },
});
