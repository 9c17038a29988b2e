import { z } from "zod";
import { MemberName } from "../../protocol/names.ts";
import { defineCommand } from "../command.ts";
import { nameArgument } from "../parse-input.ts";
import { withTeam } from "../team-session.ts";

export const resume = defineCommand({
  name: "resume",
  summary: "Start a team's agents again, each with its transcript, mail and tasks.",
  examples: [
    { line: "troupe resume", note: "everybody, after down or a crash", exit: 0 },
    { line: "troupe resume --only builder", note: "one who was stopped", exit: 0 },
  ],
  arguments: [["[team]", "the team"]],
  options: [["--only <name>", "only this one"]],
  input: z.object({ team: z.string().optional(), only: nameArgument(MemberName).optional() }),
  notForAgents: true,
  run: ({ team: named, only }, context) =>
    withTeam(context, named, async ({ workspace, team }) => {
      const { resumeTeam } = await import("../resume-team.ts");
      const { showTeam } = await import("../team-view.ts");
      await resumeTeam(workspace, team, only);
      showTeam(context, team, { running: true, next: `troupe timeline --follow --team ${team.name}` });
      return 0;
    }),
});
