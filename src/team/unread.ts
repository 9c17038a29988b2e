import type { Message } from "../protocol/message.ts";
import { type Actor, type EntryId, type Party, sameName } from "../protocol/names.ts";
import { readToEnd } from "./mail.ts";
import { MOST_UNREAD } from "./mail-limits.ts";
import type { Team } from "./team.ts";

/** Messages of one sender that are not in their receiver's transcript. */
export interface Unread {
  readonly messages: number;
  /** Of the texts in the mailbox itself. */
  readonly inlineBytes: number;
  /** Names of the side files of the others. */
  readonly bodies: readonly string[];
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
  let inlineBytes = 0;
  await readToEnd(log, cursor?.delivered.position ?? (await log.start()), ({ entry }) => {
    if (!sameName(entry.from, from)) return;
    messages++;
    inlineBytes += Buffer.byteLength(entry.text ?? "");
    if (entry.body !== undefined) bodies.push(entry.body);
    newest.push({ id: entry.id, at: entry.at });
    if (newest.length > 2 * MOST_UNREAD) newest = newest.slice(-MOST_UNREAD);
  });
  newest = newest.slice(-MOST_UNREAD);
  return {
    messages,
    inlineBytes,
    bodies,
    ids: new Set(newest.map(({ id }) => id)),
    times: newest.map(({ at }) => Date.parse(at)),
  };
}
