/** What one sender may write. Source: security.md §9. The user and troupe itself are not limited. */
export const MINUTE_MS = 60_000;
/** Messages of one sender to one receiver in a minute. */
export const PAIR_A_MINUTE = 10;
/** Messages of one sender in a minute, each receiver counted. */
export const SENDER_A_MINUTE = 30;
/** Messages that may stand behind one: each the answer to the one before. */
export const MOST_HOPS = 8;
/** Messages between two members, of either, while the sender does nothing else. */
export const MOST_EXCHANGED = 20;
/** Messages of one sender that wait in one mailbox, and their bytes. */
export const MOST_UNREAD = 1_000;
export const MOST_UNREAD_BYTES = 50 * 1024 * 1024;
/** Entries in the journal of one member in a minute; those that end or take a task are not counted. */
export const ENTRIES_A_MINUTE = 600;
