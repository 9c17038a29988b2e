import { TroupeError } from "../base/errors.ts";
import type { Cursor, Mark } from "../protocol/files.ts";
import { BODY_INLINE_BYTES, BODY_MAX_BYTES, type Message } from "../protocol/message.ts";
import type { Actor, EntryId, InstanceId, Party, Position, TaskId } from "../protocol/names.ts";
import type { Log, Placed } from "../store/store.ts";
import { type Addressed, isGroup, type Recipient, resolveAddresses } from "./addresses.ts";
import { createLanes, createSeenIds } from "./mail-lanes.ts";
import { createPlaces } from "./mail-places.ts";
import { createMailReader } from "./mail-reader.ts";
import type { Refusal, TeamState } from "./state.ts";
import type { Team } from "./team.ts";
import { isKnown, isRefused, taskOf, unknownMember } from "./verdicts.ts";

/** What a sender writes. `to`: name, `@name`, `user`, `all`, `@all`, `@role:x`. */
export interface Letter {
  readonly to: readonly string[];
  readonly text: string;
  readonly task?: TaskId | undefined;
  /** The message this one answers. */
  readonly re?: EntryId | undefined;
  readonly urgent?: boolean | undefined;
  /** Default `text`; `system` is troupe's own word. */
  readonly kind?: Message["kind"] | undefined;
  /** The life in whose shell it is sent. */
  readonly instance?: InstanceId | undefined;
  /** See `Message.trace`. */
  readonly trace?: readonly EntryId[] | undefined;
  /** Asked before anything is written: why these may not get it. `bytes`: of the text. */
  readonly admit?:
    | ((recipients: readonly Recipient[], bytes: number) => Promise<Refusal | undefined>)
    | undefined;
}

/** One message for each recipient, all queued, or why none was sent. */
export type SendOutcome =
  | { readonly ok: true; readonly messages: readonly Message[] }
  | { readonly ok: false; readonly reason: Refusal };

/** Nothing is sent when one recipient is unknown, the text is empty, or it is above 10 MiB. Throws what `Team.post` throws. */
export async function sendMessage(team: Team, from: Actor, letter: Letter): Promise<SendOutcome> {
  const text = wellFormed(letter.text);
  const bytes = Buffer.byteLength(text);
  if (text.trim() === "") return refused({ kind: "empty", what: "text" });
  if (bytes > BODY_MAX_BYTES) return refused({ kind: "too_large", bytes, limit: BODY_MAX_BYTES });
  const addressed = await addressees(team, from, letter);
  if (!addressed.ok) return addressed;
  const limited = await letter.admit?.(addressed.recipients, bytes);
  if (limited) return refused(limited);

  // The side file stands before any message names it.
  const content = isLong(text) ? { body: await team.store.bodies.put(text) } : { text };
  const { task, re, urgent, kind = "text", instance } = letter;
  const trace = letter.trace && { trace: [...letter.trace] };
  const messages: Message[] = [];
  try {
    for (const { to, via } of addressed.recipients)
      messages.push(
        await team.post({ from, instance, to, kind, ...content, task, re, ...trace, urgent, via }),
      );
  } catch (error) {
    throw partlySent(error, messages, addressed.recipients);
  }
  return { ok: true, messages };
}

/**
 * A message reaches who is there now, and a fold that is behind lacks who has just joined: names that it knows are
 * enough, a group or a refusal wants the newest.
 */
async function addressees(team: Team, from: Actor, letter: Letter): Promise<Addressed> {
  const known = letter.to.some(isGroup) ? undefined : addresseesIn(team.state(), from, letter);
  return known?.ok ? known : addresseesIn(await team.readOn(), from, letter);
}

function addresseesIn(state: TeamState, from: Actor, { to, task }: Letter): Addressed {
  if (!isKnown(state, from)) return unknownMember(state, from);
  const about = task === undefined ? undefined : taskOf(state, task);
  return about && isRefused(about) ? about : resolveAddresses(state, from, to);
}

/** Whoever is told "not sent" sends again: to those who have the message it must not. */
function partlySent(error: unknown, messages: readonly Message[], recipients: readonly Recipient[]): unknown {
  if (messages.length === 0 || !(error instanceof TroupeError)) return error;
  const sent = messages.map(({ to }) => to);
  const unsent = recipients.slice(sent.length).map(({ to }) => to);
  return new TroupeError(
    error.code,
    `sent to ${sent.join(", ")}; for ${unsent.join(", ")} it failed: ${error.message}`,
    {
      hint: "send it again to those alone whom it did not reach",
      cause: error,
      details: { ...error.details, sent, unsent },
    },
  );
}

function refused(reason: Refusal): SendOutcome {
  return { ok: false, reason };
}

/** As it stands in a line, where a control character takes six bytes; quotes left out. */
function isLong(text: string): boolean {
  return Buffer.byteLength(JSON.stringify(text)) - 2 > BODY_INLINE_BYTES;
}

/** Half a surrogate pair is no text: replaced once, here, so that every hash and every reader sees the same. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** The whole text, from its side file when it has one. A lost side file is an error text, not a lost message. */
export async function messageText(team: Team, message: Message): Promise<string> {
  if (message.body === undefined) return message.text ?? "";
  const text = await team.store.bodies.get(message.body);
  return text ?? `[The text of message ${message.id} is lost: its file bodies/${message.body} is missing.]`;
}

/** One owner's mail: what is new, and how far it got. One process at a time opens it. */
export interface Mailbox {
  /**
   * What has come since the last call, in order, each message once. With `enough` it reads no further than the chunk
   * in which that many are there: memory stays flat however much has come, and only [] says that nothing is left.
   */
  readonly take: (enough?: number) => Promise<readonly Message[]>;
  /** This message and all that were taken before it are in the owner's transcript. Saves the cursor once. */
  readonly delivered: (message: Message) => Promise<void>;
  /**
   * The model call that carried this message and all before it was accepted. Without a message: all that was delivered,
   * by a former process too.
   */
  readonly read: (message?: Message) => Promise<void>;
  /** Saves the cursor when that failed before: senders see receipts from it. Throws as long as it fails. */
  readonly settle: () => Promise<void>;
  /** There may be more to take. Ends with the signal. */
  readonly changes: (signal: AbortSignal) => AsyncIterable<void>;
  /** Whose messages wait because they are too many. */
  readonly held: () => readonly HeldSender[];
}

export interface HeldSender {
  readonly from: string;
  /** Milliseconds until the next of them may be taken. */
  readonly dueInMs: number;
}

/**
 * Goes on behind what was delivered; from the oldest message when the cursor is missing or cannot be trusted. `seen`:
 * ids in the owner's transcript, passed over wherever they stand. `most`: messages of one member in a minute; what is
 * more waits, and the mail of others comes first.
 */
export async function openMailbox(
  team: Team,
  owner: Party,
  seen: ReadonlySet<EntryId>,
  most?: number,
): Promise<Mailbox> {
  const { store, host } = team;
  const { compare } = store;
  const log = store.mailbox(owner);
  const cursor = await openCursor(team, owner, { position: await log.start(), id: null });
  const start = cursor.now();
  const lanes = createLanes({ most, now: host.now, known: seen, former: start.held });
  const places = createPlaces(compare, lanes, start);
  /** Taken out of the log and not handed out yet: trouble on the way costs no message. */
  let fresh: Message[] = [];
  let hasPassed = false;
  const reader = createMailReader({ log, compare }, { start: start.delivered, lanes }, (placed, late) => {
    if (seen.has(placed.entry.id)) hasPassed = places.skip(placed) || hasPassed;
    else {
      places.add(placed, late);
      fresh.push(placed.entry);
    }
  });
  const save = (): Promise<void> => cursor.move(places.marks(), lanes.saved());
  const pass = async (message: Message, how: "delivered" | "read"): Promise<void> => {
    if (places.pass(message, how)) await save();
    // What is read already is there no more.
    else if (!lanes.wasTaken(message))
      throw new Error(`message ${message.id} was not taken from this mailbox`);
  };

  return {
    take: async (enough = Number.POSITIVE_INFINITY) => {
      await reader.readOn(() => fresh.length >= enough);
      // In the transcript and in front of everything new: its sender may know (A8).
      if (hasPassed) await save();
      hasPassed = false;
      const handedOut = fresh;
      fresh = [];
      return handedOut;
    },
    delivered: (message) => pass(message, "delivered"),
    read: async (message) => {
      if (message) return pass(message, "read");
      places.readDelivered(cursor.now().delivered);
      return save();
    },
    settle: cursor.settle,
    changes: log.changes,
    held: () =>
      lanes.waiting().map(({ name, waits }) => ({
        from: name.replace(/^.*:/, ""),
        dueInMs: Math.max(0, waits.dueAt - host.now()),
      })),
  };
}

interface OwnCursor {
  readonly now: () => Cursor;
  readonly move: (marks: Pick<Cursor, "delivered" | "read">, held: Cursor["held"]) => Promise<void>;
  readonly settle: () => Promise<void>;
}

/** The owner's cursor, which only goes forward. What could not be saved counts in this process all the same. */
async function openCursor({ store }: Team, owner: Party, start: Mark): Promise<OwnCursor> {
  const file = store.cursor(owner);
  let cursor: Cursor = (await file.load()) ?? { v: 1, delivered: start, read: start };
  let isUnsaved = false;

  const further = (old: Mark, mark: Mark): Mark =>
    store.compare(mark.position, old.position) > 0 ? mark : old;
  const save = async (): Promise<void> => {
    isUnsaved = true;
    await file.save(cursor);
    isUnsaved = false;
  };
  return {
    now: () => cursor,
    move: async (marks, held) => {
      const delivered = further(cursor.delivered, marks.delivered);
      const read = further(cursor.read, marks.read);
      if (delivered === cursor.delivered && read === cursor.read) return;
      const { held: _, ...rest } = cursor;
      cursor = { ...rest, delivered, read, ...(held && { held }) };
      await save();
    },
    settle: async () => {
      if (isUnsaved) await save();
    },
  };
}

/** Every entry behind `from`; answers where to go on. */
export async function readToEnd(
  log: Log<Message>,
  from: Position,
  each: (placed: Placed<Message>) => void,
): Promise<Position> {
  let position = from;
  for (;;) {
    const { entries, next, atEnd } = await log.read(position);
    entries.forEach(each);
    position = next;
    if (atEnd) return position;
  }
}

/** queued: in the mailbox. delivered: in the recipient's transcript. read: the model call that carried it was accepted. */
export type Receipt = "queued" | "delivered" | "read";

/** How far each message of this mailbox has got by now, from its owner's cursor. */
export async function receipts(team: Team, owner: Party): Promise<(placed: Placed<Message>) => Receipt> {
  const cursor = await team.store.cursor(owner).load();
  const { compare } = team.store;
  return ({ at }) => {
    if (!cursor || compare(at, cursor.delivered.position) > 0) return "queued";
    return compare(at, cursor.read.position) > 0 ? "delivered" : "read";
  };
}

/** All messages that are still in the mailbox, oldest first, each once. */
export async function readMailbox(
  team: Team,
  owner: Party,
): Promise<readonly { readonly message: Message; readonly state: Receipt }[]> {
  const log = team.store.mailbox(owner);
  const stateOf = await receipts(team, owner);
  const found: { message: Message; state: Receipt }[] = [];
  const seen = createSeenIds();
  await readToEnd(log, await log.start(), (placed) => {
    if (seen.add(placed.entry.id)) found.push({ message: placed.entry, state: stateOf(placed) });
  });
  return found;
}
