import type { Message } from "../protocol/message.ts";
import type { MemberName } from "../protocol/names.ts";
import type { Recipient } from "../team/addresses.ts";
import { type Letter, type SendOutcome, sendMessage } from "../team/mail.ts";
import { MINUTE_MS } from "../team/mail-limits.ts";
import { createQueue } from "../team/queue.ts";
import type { Refusal } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { type Broadcast, inFlight, isBroadcast } from "./broadcast.ts";
import { openMailRoom } from "./mail-room.ts";
import { type Sent, type TooMany, tooLong, tooOften } from "./send-rules.ts";
import { createTalk, type Talk } from "./talk.ts";

/**
 * What keeps one member's messages from becoming a storm (faults.md K1, K2, K3): a message beyond a limit is refused
 * before it is written, and its text stays with the sender. Lives with the process; what was sent stands in the mailboxes,
 * whose readers judge it again. A word of the user to the member begins everything anew.
 */
export interface SendLimits extends Pick<Talk, "worked" | "rested"> {
  /** Sends it as the member's, or says why not. One after another: each counts for the next. Throws what `sendMessage` throws. */
  readonly send: (letter: Letter) => Promise<SendOutcome>;
  /** These enter the conversation. */
  readonly took: (messages: readonly Message[]) => void;
}

/** `onRefused`: hears of each message beyond a limit. */
export function openSendLimits(
  team: Team,
  me: MemberName,
  onRefused: (reason: TooMany) => Promise<void>,
): SendLimits {
  const { now } = team.host;
  const inTurn = createQueue();
  const talk = createTalk();
  const room = openMailRoom(team, me);
  /** Of the last minute. */
  let recent: readonly Sent[] = [];
  let broadcast: Broadcast = [];

  const admit = async (recipients: readonly Recipient[], bytes: number): Promise<Refusal | undefined> => {
    const today = now();
    // A clock that was put back forbids nothing.
    recent = recent.filter(({ at }) => at > today - MINUTE_MS && at <= today);
    return (
      tooLong(recipients, talk.chain(), talk.exchanged()) ??
      tooOften(recipients, recent, today) ??
      (isBroadcast(recipients) ? await inFlight(team, me, broadcast) : undefined) ??
      (await room.refusal(recipients, bytes))
    );
  };
  const count = (messages: readonly Message[], text: string): void => {
    const added = messages.map(({ id, to, at }) => ({ id, to, at: Date.parse(at) }));
    recent = [...recent, ...added];
    if (isBroadcast(messages)) broadcast = added;
    room.sent(messages, Buffer.byteLength(text));
    for (const { to } of messages) talk.sentTo(to);
  };
  return {
    worked: talk.worked,
    rested: talk.rested,
    send: (letter) =>
      inTurn(async () => {
        const chain = talk.chain();
        const trace = chain.length > 0 ? { trace: chain } : {};
        const outcome = await sendMessage(team, me, { ...letter, ...trace, admit });
        if (outcome.ok) count(outcome.messages, letter.text);
        else if (outcome.reason.kind === "too_many") await onRefused(outcome.reason);
        return outcome;
      }),
    took: (messages) => {
      if (messages.some(({ from }) => from === "user")) [recent, broadcast] = [[], []];
      messages.forEach(talk.took);
    },
  };
}
