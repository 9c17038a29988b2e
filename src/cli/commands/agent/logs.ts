import { z } from "zod";
import { MemberName } from "../../../protocol/names.ts";
import { defineCommand } from "../../command.ts";
import { countArgument, nameArgument } from "../../parse-input.ts";
import { withTeam } from "../../team-session.ts";

export const agentLogs = defineCommand({
  name: "logs",
  summary: "Show what an agent said and did, from its own log.",
  examples: [
    { line: "troupe agent logs builder", note: "the last 40 lines", exit: 0 },
    { line: "troupe agent logs builder --lines 200", note: "more; --follow goes on", exit: 0 },
    { line: "troupe agent logs builder --json", note: "every event, as it was kept", exit: 0 },
  ],
  arguments: [["<name>", "the member"]],
  options: [
    ["--lines <n>", "how many (40)"],
    ["--follow", "go on showing what it does, until Ctrl-C"],
  ],
  input: z.object({
    name: nameArgument(MemberName),
    lines: countArgument(100_000).default(40),
    follow: z.boolean().default(false),
  }),
  run: ({ name, ...options }, context, signal) =>
    withTeam(context, undefined, async ({ team }) => {
      const { partyNamed } = await import("../../party-named.ts");
      const { showEvents } = await import("../../events-view.ts");
      const agent = MemberName.parse(partyNamed(await team.readOn(), name));
      return showEvents({ context, team, agent, ...options }, signal);
    }),
});
