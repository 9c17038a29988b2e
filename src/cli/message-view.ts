import type { z } from "zod";
import type { Message } from "../protocol/message.ts";
import { messageText, type Receipt } from "../team/mail.ts";
import { senderOf } from "../team/provenance.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { ageText } from "./durations.ts";
import type { MessageOutput } from "./output.ts";
import { styled } from "./piece.ts";

export async function messageOutput(
  team: Team,
  { message, state }: { readonly message: Message; readonly state: Receipt },
): Promise<z.input<typeof MessageOutput>> {
  const { id, from, to, at, kind, task, re, urgent } = message;
  return {
    id,
    from,
    to,
    at,
    kind,
    sender: senderOf(team.state(), message),
    text: await messageText(team, message),
    task: task ?? null,
    re: re ?? null,
    urgent: urgent === true,
    state,
  };
}

export function showMessage({ screen, flags, host }: Context, message: z.input<typeof MessageOutput>): void {
  if (flags.json) {
    screen.json("MessageOutput", message, "line");
    return;
  }
  const about = [
    message.task === null ? "" : `  about #${message.task}`,
    message.re === null ? "" : `  answers ${message.re}`,
    message.urgent ? "  urgent" : "",
    message.sender === "unverified" ? "  unverified: no process of theirs wrote it" : "",
    message.state === "read" ? "" : `  ${message.state}`,
  ].join("");
  screen.line(
    styled("bold", message.from),
    styled("dim", `  ${ageText(message.at, host.now())} ago  ${message.id}${about}`),
  );
  screen.text(`${message.text}\n`);
}
