import { TroupeError } from "../base/errors.ts";
import type { Message } from "../protocol/message.ts";
import type { Party } from "../protocol/names.ts";
import { type LogReader, openLogReader } from "../runtime/log-reader.ts";
import { openWaker } from "../runtime/waker.ts";
import { messageText, type Receipt, readMailbox } from "../team/mail.ts";
import type { Team } from "../team/team.ts";
import { tookText } from "./durations.ts";

export interface Waiting {
  readonly team: Team;
  readonly me: Party;
  readonly sent: readonly Message[];
  /** Absent: only looks. */
  readonly wait: "read" | "reply" | undefined;
  readonly timeoutMs: number;
}

export interface SentState {
  readonly id: string;
  readonly to: string;
  readonly state: Receipt;
  /** The text of the first answer, with `wait: "reply"`. */
  readonly reply: string | null;
}

/** What became of messages just sent; waits for what was asked. Throws `timeout`, naming who has not done it. */
export async function waitForMail(waiting: Waiting, signal: AbortSignal): Promise<readonly SentState[]> {
  const { team, me, sent, wait, timeoutMs } = waiting;
  if (wait === undefined) return sent.map(({ id, to }) => ({ id, to, state: "queued", reply: null }));
  const own = openLogReader(team.store.mailbox(me));
  const replies = new Map<string, string>();
  // A timer of more than 24 days fires at once.
  const timeout = AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1));
  // Woken each second at least: that is when cursors, which are no logs, are looked at again.
  const waker = openWaker(AbortSignal.any([signal, timeout]));
  waker.watch(own.log);
  try {
    for (;;) {
      const states = await lookAt(waiting, own, replies);
      const missing = states.filter(({ state, reply }) =>
        wait === "reply" ? reply === null : state !== "read",
      );
      if (missing.length === 0) return states;
      signal.throwIfAborted();
      if (timeout.aborted) {
        const names = missing.map(({ to }) => to).join(", ");
        const what = wait === "reply" ? "answered by" : "read by";
        throw new TroupeError("timeout", `sent, but not ${what} ${names} within ${tookText(timeoutMs)}`, {
          hint: "the message stays in the mailbox; see troupe inbox NAME",
          details: { messages: missing.map(({ id }) => id) },
        });
      }
      await waker.next();
    }
  } finally {
    waker.close();
  }
}

async function lookAt(
  { team, sent }: Waiting,
  own: LogReader<Message>,
  replies: Map<string, string>,
): Promise<readonly SentState[]> {
  for (const message of await own.readOn()) {
    const { re } = message;
    if (re !== undefined && !replies.has(re)) replies.set(re, await messageText(team, message));
  }
  return Promise.all(
    sent.map(async (message) => {
      const state =
        (await readMailbox(team, message.to)).find((item) => item.message.id === message.id)?.state ??
        "queued";
      return { id: message.id, to: message.to, state, reply: replies.get(message.id) ?? null };
    }),
  );
}
