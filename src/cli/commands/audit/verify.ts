import { z } from "zod";
import { defineCommand } from "../../command.ts";
import { withTeam } from "../../team-session.ts";

export const auditVerify = defineCommand({
  name: "verify",
  summary: "Look for changed, removed, swapped and cut lines in the audit logs of a team.",
  examples: [
    { line: "troupe audit verify", note: "exit 1 when something is wrong, with file and entry", exit: 0 },
    { line: "troupe audit verify --json", note: "an object", exit: 0 },
  ],
  arguments: [["[team]", "the team"]],
  input: z.object({ team: z.string().optional() }),
  run: ({ team: named }, context) =>
    withTeam(context, named, async ({ team }) => {
      const { verifyAudit } = await import("../../../runtime/audit-verify.ts");
      const { showAudit } = await import("../../audit-view.ts");
      return showAudit(context, team.name, await verifyAudit(team));
    }),
});
