import type { Message } from "../protocol/message.ts";
import type { MemberName, Party } from "../protocol/names.ts";
import { readToEnd } from "../team/mail.ts";
import type { Team } from "../team/team.ts";
import { SEND_TOOL } from "./talk.ts";
import type { Transcript } from "./transcript.ts";

/** The messages that a former life was answering when it ended: this one goes on to answer them. */
export function resumeTalk(
  team: Team,
  me: MemberName,
  transcript: Pick<Transcript, "turns">,
): Promise<readonly Message[]> {
  return messagesOf(team, me, unansweredIn(transcript));
}

/** Messages of a mailbox by their ids, in its order. */
export async function messagesOf(
  { store }: Team,
  owner: Party,
  ids: ReadonlySet<string>,
): Promise<readonly Message[]> {
  if (ids.size === 0) return [];
  const log = store.mailbox(owner);
  const found: Message[] = [];
  await readToEnd(log, await log.start(), ({ entry }) => {
    if (ids.has(entry.id)) found.push(entry);
  });
  return found;
}

/** Ids of what has come in since the model last did something else than write messages. */
function unansweredIn({ turns }: Pick<Transcript, "turns">): ReadonlySet<string> {
  const last = turns.findLastIndex(({ message: { role, content } }) => {
    if (role !== "assistant") return false;
    const calls = Array.isArray(content) ? content.filter(({ type }) => type === "tool_use") : [];
    return calls.length === 0 || calls.some((call) => !isTalk(call));
  });
  return new Set(turns.slice(last + 1).flatMap(({ inputs }) => inputs));
}

function isTalk(block: object): boolean {
  return "name" in block && block.name === SEND_TOOL;
}
