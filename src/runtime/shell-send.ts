import type { EntryId, Party } from "../protocol/names.ts";
import type { Recipient } from "../team/addresses.ts";
import type { Letter } from "../team/mail.ts";
import { MINUTE_MS, MOST_HOPS, MOST_UNREAD } from "../team/mail-limits.ts";
import type { Refusal } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { unreadFrom } from "../team/unread.ts";
import { hasNoRoom } from "./mail-room.ts";
import { tooLong, tooOften } from "./send-rules.ts";
import { messagesOf } from "./talk-resume.ts";

/**
 * What a letter carries that an agent sends from its shell: there each command is a process of its own, and what was
 * sent before is known from the mailboxes alone. The user's carries nothing. `re`: the message that it answers.
 */
export async function shellLetter(
  team: Team,
  me: Party,
  re: EntryId | undefined,
): Promise<Pick<Letter, "trace" | "admit">> {
  if (me === "user") return {};
  const [answered] = re === undefined ? [] : await messagesOf(team, me, new Set([re]));
  const isOfUser = answered === undefined || answered.from === "user";
  const chain = isOfUser ? [] : [...(answered.trace ?? []), answered.id].slice(-MOST_HOPS - 1);
  return {
    ...(chain.length > 0 && { trace: chain }),
    admit: async (recipients, bytes) =>
      tooLong(recipients, chain, new Map()) ?? (await tooMuch(team, me, { recipients, bytes })),
  };
}

async function tooMuch(
  team: Team,
  me: Exclude<Party, "user">,
  { recipients, bytes }: { readonly recipients: readonly Recipient[]; readonly bytes: number },
): Promise<Refusal | undefined> {
  const now = team.host.now();
  for (const { to } of recipients) {
    const unread = await unreadFrom(team, to, me);
    if (await hasNoRoom(team, unread, bytes))
      return { kind: "too_many", what: "unread", limit: MOST_UNREAD, to: [to] };
    const recent = unread.times.filter((at) => at > now - MINUTE_MS && at <= now);
    const often = tooOften(
      [{ to }],
      recent.map((at) => ({ to, at })),
      now,
    );
    if (often) return often;
  }
  return undefined;
}
