import { z } from "zod";
import { defineCommand } from "../command.ts";
import { Duration } from "../durations.ts";
import { withTeam } from "../team-session.ts";

export const down = defineCommand({
  name: "down",
  summary: "Ask a team's agents to stop, then stop them; tasks and messages stay.",
  examples: [
    { line: "troupe down", note: "30 s to finish what runs, then harder", exit: 0 },
    { line: "troupe down --now", note: "at once", exit: 0 },
  ],
  arguments: [["[team]", "the team"]],
  options: [
    ["--timeout <time>", "how long to wait before SIGTERM (30s)"],
    ["--now", "wait for nothing"],
  ],
  input: z.object({
    team: z.string().optional(),
    timeout: Duration.optional(),
    now: z.boolean().default(false),
  }),
  notForAgents: true,
  run: ({ team: named, timeout, now }, context, signal) =>
    withTeam(context, named, async ({ workspace, team }) => {
      const { STOP_LIMITS, stopTeam } = await import("../../runtime/stop-team.ts");
      const { showStopped } = await import("../stopped-view.ts");
      const limits = now
        ? { graceMs: 0, termMs: 2_000 }
        : { ...STOP_LIMITS, graceMs: timeout ?? STOP_LIMITS.graceMs };
      const report = await stopTeam(workspace, team, { ...limits, by: "user" }, signal);
      const { auditHeads } = await import("../../runtime/audit-heads.ts");
      return showStopped(context, team, report, auditHeads(team));
    }),
});
