import type { Message } from "../protocol/message.ts";
import type { MemberName, Party } from "../protocol/names.ts";
import { presentMember } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { unreadFrom } from "../team/unread.ts";
import type { Sent, TooMany } from "./send-rules.ts";

/** To more than this many by their names is a broadcast too. */
const MOST_NAMED = 3;
/** Whoever does not come to its mail for so long holds up nobody's next broadcast, in ms. */
const FLIGHT_MS = 300_000;

/** Several receivers who were not each chosen by name. */
export function isBroadcast(recipients: readonly { readonly via?: string | undefined }[]): boolean {
  return recipients.length > MOST_NAMED || (recipients.length > 1 && recipients.some(({ via }) => via));
}

export type Broadcast = readonly (Sent & Pick<Message, "id">)[];

/** K3: the broadcast before has not come to everybody who is at work. */
export async function inFlight(
  team: Team,
  me: MemberName,
  broadcast: Broadcast,
): Promise<TooMany | undefined> {
  const [first] = broadcast;
  if (!first || team.host.now() - first.at > FLIGHT_MS) return undefined;
  const waiting: Party[] = [];
  for (const { id, to } of broadcast)
    if (isAtWork(team, to) && (await unreadFrom(team, to, me)).ids.has(id)) waiting.push(to);
  return waiting.length === 0 ? undefined : { kind: "too_many", what: "broadcast", limit: 1, to: waiting };
}

/** Whoever is away or paused does not come to its mail. */
function isAtWork(team: Team, to: Party): boolean {
  const member = to === "user" ? undefined : presentMember(team.state(), to);
  return member?.life !== undefined && member.life.ended === undefined && member.paused !== true;
}
