import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { Party, sameName } from "../../protocol/names.ts";
import { defineCommand } from "../command.ts";
import { nameArgument } from "../parse-input.ts";
import { withTeam } from "../team-session.ts";

export const inbox = defineCommand({
  name: "inbox",
  summary: "Read messages: yours, or a member's.",
  examples: [
    { line: "troupe inbox", note: "all that was sent to you", exit: 0 },
    { line: "troupe inbox --unread --ack", note: "what is new, and mark it as read", exit: 0 },
    { line: "troupe inbox builder --json", note: "what builder was sent", exit: 0 },
  ],
  arguments: [["[name]", "whose mailbox; yours unless given"]],
  options: [
    ["--unread", "only what has not been read"],
    ["--ack", "mark what is shown as read (your own mailbox)"],
    ["--follow", "go on showing what comes"],
  ],
  input: z.object({
    name: nameArgument(Party).optional(),
    unread: z.boolean().default(false),
    ack: z.boolean().default(false),
    follow: z.boolean().default(false),
  }),
  run: ({ name, ...options }, context, signal) =>
    withTeam(context, undefined, async ({ team, me }) => {
      const { showInbox } = await import("../inbox-view.ts");
      const { partyNamed } = await import("../party-named.ts");
      const owner = partyNamed(await team.readOn(), name ?? me);
      if (me !== "user" && !sameName(owner, me))
        throw new TroupeError("not_for_agents", `you are ${me}; the mailbox of ${owner} is not yours`, {
          hint: "troupe inbox",
        });
      return showInbox({ context, team, owner, me, ...options }, signal);
    }),
});
