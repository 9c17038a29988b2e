import { z } from "zod";
import { counted } from "../amounts.ts";
import { defineCommand } from "../command.ts";
import { styled } from "../piece.ts";
import { withTeam } from "../team-session.ts";

export const approvals = defineCommand({
  name: "approvals",
  summary: "Show what the agents ask you: permissions and plans, the oldest first.",
  examples: [
    { line: "troupe approvals", note: "each with its whole command or plan", exit: 0 },
    { line: "troupe approvals --json", note: "an array", exit: 0 },
  ],
  input: z.object({}),
  run: (_, context) =>
    withTeam(context, undefined, async ({ team }) => {
      const { waitingApprovals } = await import("../../team/approvals.ts");
      const { approvalOutput, showApproval } = await import("../approval-view.ts");
      const { flags, screen } = context;
      const open = waitingApprovals(await team.readOn());
      const outputs = await Promise.all(open.map((approval) => approvalOutput(team, approval)));
      if (flags.json) {
        screen.json("ApprovalList", outputs);
        return 0;
      }
      for (const [index, output] of outputs.entries()) {
        if (index > 0) screen.line("");
        showApproval(context, output);
      }
      const [first] = outputs;
      if (first === undefined) screen.say("nobody asks you anything");
      else
        screen.say(
          styled(
            "dim",
            `${counted(outputs.length, "question")}; next: troupe approve ${first.id}, or troupe deny ${first.id} --note WHY`,
          ),
        );
      return 0;
    }),
});
