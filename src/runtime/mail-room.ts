import type { Message } from "../protocol/message.ts";
import type { MemberName, Party } from "../protocol/names.ts";
import type { Recipient } from "../team/addresses.ts";
import { MOST_UNREAD, MOST_UNREAD_BYTES } from "../team/mail-limits.ts";
import type { Team } from "../team/team.ts";
import { type Unread, unreadFrom } from "../team/unread.ts";
import type { TooMany } from "./send-rules.ts";

/** A mailbox is looked into after so many messages to it, or so many bytes: no file is read for each. */
const LOOK_MESSAGES = 100;
const LOOK_BYTES = 10 * 1024 * 1024;

interface Amount {
  readonly messages: number;
  readonly bytes: number;
}

/** Whether there is room for one sender's messages in the mailboxes of others: 1,000 that are not read, or 50 MB (faults.md L24). */
export interface MailRoom {
  readonly refusal: (recipients: readonly Recipient[], bytes: number) => Promise<TooMany | undefined>;
  readonly sent: (messages: readonly Message[], bytes: number) => void;
}

export function openMailRoom(team: Team, me: MemberName): MailRoom {
  /** Since the last look into their mailboxes. */
  const since = new Map<Party, Amount>();

  return {
    refusal: async (recipients, bytes) => {
      for (const { to } of recipients) {
        const unseen = since.get(to);
        if (!unseen || (unseen.messages < LOOK_MESSAGES && unseen.bytes + bytes < LOOK_BYTES)) continue;
        const full = await fullFor(team, me, { to, bytes });
        if (full) return full;
        since.set(to, { messages: 0, bytes: 0 });
      }
      return undefined;
    },
    sent: (messages, bytes) => {
      for (const { to } of messages) {
        const before = since.get(to) ?? { messages: 0, bytes: 0 };
        since.set(to, { messages: before.messages + 1, bytes: before.bytes + bytes });
      }
    },
  };
}

async function fullFor(
  team: Team,
  me: MemberName,
  { to, bytes }: { readonly to: Party; readonly bytes: number },
): Promise<TooMany | undefined> {
  const isFull = await hasNoRoom(team, await unreadFrom(team, to, me), bytes);
  return isFull ? { kind: "too_many", what: "unread", limit: MOST_UNREAD, to: [to] } : undefined;
}

/** Whether `bytes` more do not fit. */
export async function hasNoRoom(
  { store }: Team,
  { messages, inlineBytes, bodies }: Unread,
  bytes: number,
): Promise<boolean> {
  if (messages >= MOST_UNREAD) return true;
  let waiting = inlineBytes + bytes;
  for (const body of bodies) {
    if (waiting > MOST_UNREAD_BYTES) return true;
    waiting += Buffer.byteLength((await store.bodies.get(body)) ?? "");
  }
  return waiting > MOST_UNREAD_BYTES;
}
