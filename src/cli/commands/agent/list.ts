import { z } from "zod";
import { defineCommand } from "../../command.ts";
import { table } from "../../table.ts";
import { withTeam } from "../../team-session.ts";

export const agentList = defineCommand({
  name: "list",
  summary: "Show a team's members and what they do now.",
  examples: [
    { line: "troupe agent list", note: "a table", exit: 0 },
    { line: "troupe agent list --json", note: "an array", exit: 0 },
  ],
  input: z.object({}),
  run: (_, context) =>
    withTeam(context, undefined, async ({ team }) => {
      const { roster } = await import("../../../runtime/roster.ts");
      const { MEMBER_HEAD, memberRow } = await import("../../status-view.ts");
      const { AgentList } = await import("../../output.ts");
      await team.readOn();
      const members = AgentList.parse(await roster(team));
      const { flags, screen, host } = context;
      if (flags.json) screen.json("AgentList", members);
      else if (members.length === 0)
        screen.say("no members; add one: troupe agent spawn NAME, or troupe join NAME");
      else {
        const rows = members.map((member) => memberRow(member, host.now()));
        for (const line of table(MEMBER_HEAD, rows)) screen.line(...line);
      }
      return 0;
    }),
});
