import { z } from "zod";
import { defineCommand } from "../command.ts";

export const init = defineCommand({
  name: "init",
  summary: "Write .claude/team.json for this folder; asks little, and never overwrites.",
  examples: [
    { line: "troupe init --yes", note: "asks nothing", exit: 0 },
    { line: "troupe init --yes --goal 'A parser with tests'", note: "with a goal", exit: 0 },
  ],
  options: [["--goal <text>", "what the team is to reach"]],
  input: z.object({
    goal: z
      .string()
      .trim()
      .min(1, "it is empty")
      .max(64 * 1024)
      .optional(),
  }),
  run: async ({ goal }, context, signal) => {
    const { writeTeamFile } = await import("../team-file-writer.ts");
    const { path, team, file } = await writeTeamFile(context, goal, signal);
    // Who had it written need not be asked about what is in it; a change of it asks.
    const { agreeToFile } = await import("../refuse-stranger.ts");
    await agreeToFile(context.host, path, file);
    const { flags, screen } = context;
    if (flags.json) screen.json("InitOutput", { path, team });
    else screen.line(`wrote ${path}`);
    screen.say("next: look at it, then troupe up");
    return 0;
  },
});
