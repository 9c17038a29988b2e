import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import type { Message } from "../../protocol/message.ts";
import { EntryId, TaskId } from "../../protocol/names.ts";
import { given } from "../../runtime/given.ts";
import type { Team } from "../../team/team.ts";
import { defineCommand } from "../command.ts";
import { Duration } from "../durations.ts";
import { textOf } from "../input-text.ts";
import { nameArgument, taskArgument } from "../parse-input.ts";
import { styled } from "../piece.ts";
import { refused, shellOf, withTeam } from "../team-session.ts";

/** How long `--wait` waits when nothing else is said, in ms. */
const WAIT_MS = 600_000;

export const send = defineCommand({
  name: "send",
  summary: "Send a message to a member, to several, to a role, to all or to the person.",
  examples: [
    {
      line: 'troupe send builder "use Pratt parsing"',
      note: "enters between two of its tool calls",
      exit: 0,
    },
    { line: 'troupe send builder,reviewer "the grammar changed"', note: "to several", exit: 0 },
    {
      line: 'troupe send @all "stop for lunch" --urgent',
      note: "to everybody, shown before other mail",
      exit: 0,
    },
    { line: 'troupe send builder "wrong branch, stop" --now', note: "its turn ends at once", exit: 0 },
    { line: 'troupe send @role:review "#3 is ready" --task 3', note: "to all with that role", exit: 0 },
    { line: 'troupe send bulider "hello"', note: "exit 3: nobody has that name; nothing was sent", exit: 3 },
  ],
  arguments: [
    ["<to>", "a name, names with commas, user, @all, @role:ROLE"],
    ["<text...>", "the message; - reads stdin"],
  ],
  options: [
    ["--task <id>", "the task it is about"],
    ["--re <message>", "the message that it answers"],
    ["--urgent", "shown before other messages"],
    ["--now", "urgent, and the receivers' turns are interrupted for it; yours to say, not an agent's"],
    ["--wait [what]", "wait until it is read, or for the reply: read, reply"],
    ["--timeout <time>", "how long to wait (10m)"],
  ],
  input: z.object({
    to: z.string().transform((text) =>
      text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    ),
    text: z.array(z.string()).readonly(),
    task: taskArgument(TaskId).optional(),
    re: nameArgument(EntryId).optional(),
    urgent: z.boolean().optional(),
    now: z.boolean().optional(),
    wait: z
      .union([z.literal(true).transform(() => "read" as const), z.enum(["read", "reply"])], "read or reply")
      .optional(),
    timeout: Duration.default(WAIT_MS),
  }),
  run: ({ to, text, wait, timeout, now = false, urgent = now, ...fields }, context, signal) =>
    withTeam(context, undefined, async ({ team, me }) => {
      if (now && me !== "user")
        throw new TroupeError("not_for_agents", "only the person interrupts with --now; nothing was sent", {
          hint: "an agent sends with --urgent: it enters between two tool calls",
        });
      const { sendMessage } = await import("../../team/mail.ts");
      const { shellLetter } = await import("../../runtime/shell-send.ts");
      const { waitForMail } = await import("../wait-for-mail.ts");
      const body = await textOf(text, context.io.stdin, signal);
      const sent = await sendMessage(team, me, {
        to,
        text: body,
        ...given({ ...fields, urgent, instance: shellOf(context.host) }),
        ...(await shellLetter(team, me, fields.re)),
      });
      if (!sent.ok) throw await refused(sent.reason, team.state());
      // Behind the message: whoever was interrupted finds it there.
      if (now) await interruptAll(team, sent.messages);
      const messages = await waitForMail({ team, me, sent: sent.messages, wait, timeoutMs: timeout }, signal);
      const { flags, screen } = context;
      if (flags.json) screen.json("SentOutput", { at: new Date(context.host.now()).toISOString(), messages });
      else if (messages.length === 0) screen.say("nobody but you is there: nothing was sent");
      for (const { id, to: receiver, state, reply } of flags.json ? [] : messages) {
        screen.line(
          `${state === "queued" ? "sent" : state} to `,
          styled("bold", receiver),
          styled("dim", `  ${id}`),
        );
        if (reply !== null) screen.text(reply);
      }
      return 0;
    }),
});

/** Whoever is driven by hand, or is the person, has no turn that could be interrupted. */
async function interruptAll(team: Team, messages: readonly Message[]): Promise<void> {
  const { steerMember } = await import("../../team/members.ts");
  for (const { to } of messages)
    if (to !== "user") await steerMember(team, "user", to, { what: "interrupt" });
}
