import type { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import type { Party } from "../protocol/names.ts";
import type { Receipt } from "../team/mail.ts";
import type { Message } from "../protocol/message.ts";
import { openWaker } from "../runtime/waker.ts";
import { memberNamed, nearestNames, presentMembers } from "../team/derive.ts";
import { messageText, openMailbox, readMailbox } from "../team/mail.ts";
import type { TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { ageText } from "./durations.ts";
import { interruptedExit } from "./ending.ts";
import { MessageList, MessageOutput } from "./output.ts";
import { styled } from "./piece.ts";

export interface InboxView {
  readonly context: Context;
  readonly team: Team;
  readonly owner: Party;
  readonly me: Party;
  readonly unread: boolean;
  readonly ack: boolean;
  readonly follow: boolean;
}

/** The party of that name as the team spells it. Throws `agent_not_found` with the nearest names. */
export function partyNamed(state: TeamState, name: string): Party {
  if (name.toLowerCase() === "user") return "user";
  const member = memberNamed(state, name);
  if (member) return member.name;
  const names = presentMembers(state).map((one) => one.name);
  const [near] = nearestNames(name, names);
  throw new TroupeError("agent_not_found", `no agent named "${name}" in team ${state.team?.name ?? ""}`, {
    hint:
      near === undefined
        ? "all names: troupe agent list"
        : `did you mean ${near}? all names: troupe agent list`,
    details: { name, nearest: near ?? null },
  });
}

/** Shows a mailbox, and what comes into it with `follow`. Answers the exit code. */
export async function showInbox(view: InboxView, signal: AbortSignal): Promise<number> {
  const { context, team, owner, follow } = view;
  refuseAck(view);
  const shown = new Set<string>();
  const waker = openWaker(signal);
  if (follow) waker.watch(team.store.mailbox(owner));
  for (;;) {
    const items = (await readMailbox(team, owner)).filter(
      ({ message, state }) => !shown.has(message.id) && (!view.unread || state !== "read"),
    );
    for (const { message } of items) shown.add(message.id);
    const outputs = await Promise.all(items.map((item) => messageOutput(team, item)));
    const isQuietList = !follow && !context.flags.json && outputs.length === 0;
    if (isQuietList) context.screen.say(view.unread ? "no new messages" : "no messages");
    if (context.flags.json && !follow) context.screen.json(MessageList, outputs);
    else for (const output of outputs) show(context, output, follow);
    if (view.ack && items.length > 0) await acknowledge(team, owner);
    if (!follow) return 0;
    if (signal.aborted) return interruptedExit(signal);
    await waker.next();
  }
}

/** Receipts have one writer: whoever reads that mailbox. An agent's process reads its own. */
function refuseAck({ ack, owner, team }: InboxView): void {
  if (!ack || owner === "user") return;
  const member = memberNamed(team.state(), owner);
  if (member?.backend === "hand") return;
  throw new TroupeError("policy", `the agent ${owner} reads its mail itself; nothing was marked`, {
    hint: `troupe inbox ${owner}`,
  });
}

async function acknowledge(team: Team, owner: Party): Promise<void> {
  const mailbox = await openMailbox(team, owner, new Set());
  for (const message of await mailbox.take()) {
    await mailbox.delivered(message);
    await mailbox.read(message);
  }
}

async function messageOutput(
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
    text: await messageText(team, message),
    task: task ?? null,
    re: re ?? null,
    urgent: urgent === true,
    state,
  };
}

function show(
  { screen, flags, host }: Context,
  message: z.input<typeof MessageOutput>,
  stream: boolean,
): void {
  if (flags.json && stream) {
    screen.json(MessageOutput, message, "line");
    return;
  }
  const about = [
    message.task === null ? "" : `  about #${message.task}`,
    message.re === null ? "" : `  answers ${message.re}`,
    message.urgent ? "  urgent" : "",
    message.state === "read" ? "" : `  ${message.state}`,
  ].join("");
  screen.line(
    styled("bold", message.from),
    styled("dim", `  ${ageText(message.at, host.now())} ago  ${message.id}${about}`),
  );
  screen.text(`${message.text}\n`);
}
