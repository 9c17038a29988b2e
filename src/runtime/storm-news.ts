import type { MemberName, Party } from "../protocol/names.ts";
import { leadOf } from "../team/derive.ts";
import { type HeldSender, sendMessage } from "../team/mail.ts";
import { PAIR_A_MINUTE } from "../team/mail-limits.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Team } from "../team/team.ts";
import type { TooMany } from "./send-rules.ts";

/** The same is not told again for so long, in ms. */
const QUIET_MS = 3_600_000;

/** Tells the lead, or the user when it is the lead's own, that somebody writes too much: once. */
export interface StormNews {
  /** What the member wanted to send was refused. Must not throw. */
  readonly refused: (reason: TooMany) => Promise<void>;
  /** Somebody's messages to the member wait. Must not throw. */
  readonly held: (senders: readonly HeldSender[]) => Promise<void>;
}

export function openStormNews(team: Team, me: MemberName, onTrouble: (error: unknown) => void): StormNews {
  const told = new Map<string, number>();

  async function tell(what: string, text: string): Promise<void> {
    const now = team.host.now();
    const last = told.get(what);
    if (last !== undefined && now - last < QUIET_MS) return;
    told.set(what, now);
    const lead = leadOf(team.state())?.name;
    const to: Party = lead === undefined || lead === me ? "user" : lead;
    try {
      await sendMessage(team, me, { to: [to], kind: "system", text });
    } catch (error) {
      onTrouble(error);
    }
  }

  return {
    refused: (reason) => {
      const { message } = refusalText(reason);
      return tell(
        reason.what,
        `A message of ${me} was refused: ${message}. ${me} was told so and keeps its text. A message from the user to ${me} lets it write again.`,
      );
    },
    held: async (senders) => {
      for (const { from } of senders)
        await tell(
          `held:${from}`,
          `${from} writes more to ${me} than ${PAIR_A_MINUTE} messages a minute. What is more waits in the mailbox and is shown little by little; nothing is lost. troupe doctor says who wrote how much.`,
        );
    },
  };
}
