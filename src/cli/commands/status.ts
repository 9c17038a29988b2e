import { z } from "zod";
import { defineCommand } from "../command.ts";
import { interruptedExit } from "../ending.ts";
import { withTeam } from "../team-session.ts";

export const status = defineCommand({
  name: "status",
  summary: "Show a team on one screen.",
  examples: [
    { line: "troupe status", note: "the team of this folder", exit: 0 },
    { line: "troupe status --json", note: "an object", exit: 0 },
    { line: "troupe status nobody", note: "exit 3: there is no such team", exit: 3 },
  ],
  arguments: [["[team]", "the team"]],
  options: [["--watch", "again after each change, until Ctrl-C"]],
  input: z.object({ team: z.string().optional(), watch: z.boolean().default(false) }),
  run: ({ team: named, watch }, context, signal) =>
    withTeam(context, named, async ({ team }) => {
      const { lookAtTeam } = await import("../look-at-team.ts");
      const { showStatus } = await import("../status-view.ts");
      const { screen, flags } = context;
      const show = async (): Promise<void> => {
        const view = await lookAtTeam(team);
        if (flags.json) screen.json("StatusOutput", view.status, watch ? "line" : "text");
        else showStatus(context, view);
      };
      await show();
      if (!watch) return 0;
      // A hint comes each second at least; only what changed is worth a new screen.
      let last = team.state().team && changesOf(team.store.torn().length, await team.store.journal.end());
      for await (const _ of team.store.journal.changes(signal)) {
        const now = changesOf(team.store.torn().length, await team.store.journal.end());
        if (now === last) continue;
        last = now;
        if (!flags.json) screen.clear();
        await show();
      }
      return interruptedExit(signal);
    }),
});

function changesOf(torn: number, end: string): string {
  return `${end} ${torn}`;
}
