import type { Message } from "../protocol/message.ts";
import { type Actor, type EntryId, type Party, sameName } from "../protocol/names.ts";
import { readToEnd } from "./mail.ts";
import { MOST_UNREAD } from "./mail-limits.ts";
import type { Team } from "./team.ts";

/** Messages of one sender that are not in their receiver's transcript. */
export interface Unread {
  readonly messages: number;
  /** Of their texts, those in side files too. */
  readonly bytes: number;
  /** The newest of them, at most `MOST_UNREAD`. */
  readonly ids: ReadonlySet<EntryId>;
  /** When these were sent, by their sender's clock, in ms. */
  readonly times: readonly number[];
}

/** Reads what its owner has not, and no more of the mailbox. Throws what `Log.read` throws. */
export async function unreadFrom(team: Team, owner: Party, from: Actor): Promise<Unread> {
  const log = team.store.mailbox(owner);
  const cursor = await team.store.cursor(owner).load();
  let newest: Pick<Message, "id" | "at">[] = [];
  const bodies: string[] = [];
  let messages = 0;
  let bytes = 0;
  await readToEnd(log, cursor?.delivered.position ?? (await log.start()), ({ entry }) => {
    if (!sameName(entry.from, from)) return;
    messages++;
    bytes += Buffer.byteLength(entry.text ?? "");
    if (entry.body !== undefined) bodies.push(entry.body);
    newest.push({ id: entry.id, at: entry.at });
    if (newest.length > 2 * MOST_UNREAD) newest = newest.slice(-MOST_UNREAD);
  });
  for (const body of bodies) bytes += Buffer.byteLength((await team.store.bodies.get(body)) ?? "");
  newest = newest.slice(-MOST_UNREAD);
  return {
    messages,
    bytes,
    ids: new Set(newest.map(({ id }) => id)),
    times: newest.map(({ at }) => Date.parse(at)),
  };
}
