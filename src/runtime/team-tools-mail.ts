import { z } from "zod";
import { defineTool, type Tool } from "../agent/tool.ts";
import { EntryId } from "../protocol/names.ts";
import { sendMessage } from "../team/mail.ts";
import { SEND_TOOL } from "./talk.ts";
import { refused, TaskNumber, type TeamToolDeps } from "./team-tools-caller.ts";

export function mailTools({ team, me, limits }: TeamToolDeps): readonly Tool[] {
  return [
    defineTool({
      name: SEND_TOOL,
      description:
        "Sends a message to teammates or to the user. It enters the receiver's conversation between two of its tool calls, or wakes it when it is idle. The answer, if any, comes to you by itself.",
      effect: "write",
      input: z.object({
        to: z
          .union([z.string(), z.array(z.string()).min(1).max(100)])
          .describe("A name, several names, `user`, `all`, or `@role:ROLE`."),
        text: z.string().min(1),
        task: TaskNumber.exactOptional().describe("Number of the task it is about."),
        re: EntryId.exactOptional().describe("Id of the message that it answers."),
        urgent: z.boolean().exactOptional().describe("Shown before the other messages."),
      }),
      run: async ({ to, ...fields }) => {
        const letter = { ...fields, to: typeof to === "string" ? [to] : to };
        const sent = await (limits?.send(letter) ?? sendMessage(team, me, letter));
        if (!sent.ok) return refused(sent.reason);
        const receivers = sent.messages.map((message) => `${message.to} (id ${message.id})`);
        return receivers.length === 0
          ? "nobody but you is there: nothing was sent"
          : `sent to ${receivers.join(", ")}`;
      },
    }),
  ];
}
