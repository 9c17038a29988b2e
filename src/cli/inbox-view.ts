import { TroupeError } from "../base/errors.ts";
import type { Party } from "../protocol/names.ts";
import { openWaker } from "../runtime/waker.ts";
import { isByHand, memberNamed } from "../team/derive.ts";
import { openMailbox, readMailbox } from "../team/mail.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { interruptedExit } from "./ending.ts";
import { messageOutput, showMessage } from "./message-view.ts";

export interface InboxView {
  readonly context: Context;
  readonly team: Team;
  readonly owner: Party;
  readonly me: Party;
  readonly unread: boolean;
  readonly ack: boolean;
  readonly follow: boolean;
}

/** Shows a mailbox, and what comes into it with `follow`. Answers the exit code. */
export async function showInbox(view: InboxView, signal: AbortSignal): Promise<number> {
  const { team, owner, follow } = view;
  refuseAck(view);
  const shown = new Set<string>();
  const waker = openWaker(signal);
  if (follow) waker.watch(team.store.mailbox(owner));
  try {
    for (;;) {
      await showNew(view, shown);
      if (!follow) return 0;
      if (signal.aborted) return interruptedExit(signal);
      await waker.next();
    }
  } finally {
    waker.close();
  }
}

/** What came since it was called last, as far as it is wanted. */
async function showNew(
  { context, team, owner, unread, ack, follow }: InboxView,
  shown: Set<string>,
): Promise<void> {
  const { flags, screen } = context;
  const items = (await readMailbox(team, owner)).filter(
    ({ message, state }) => !shown.has(message.id) && !(unread && state === "read"),
  );
  for (const { message } of items) shown.add(message.id);
  const outputs = await Promise.all(items.map((item) => messageOutput(team, item)));
  if (flags.json && !follow) screen.json("MessageList", outputs);
  else for (const output of outputs) showMessage(context, output);
  if (outputs.length === 0 && !follow && !flags.json) screen.say(unread ? "no new messages" : "no messages");
  if (ack && items.length > 0) await acknowledge(team, owner);
}

/** Receipts have one writer: whoever reads that mailbox. An agent's process reads its own. */
function refuseAck({ ack, owner, team }: InboxView): void {
  if (!ack || owner === "user") return;
  const member = memberNamed(team.state(), owner);
  if (member !== undefined && isByHand(member)) return;
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
