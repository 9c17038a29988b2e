import type { Cursor, Mark } from "../protocol/files.ts";
import type { Message } from "../protocol/message.ts";
import type { EntryId } from "../protocol/names.ts";
import { MINUTE_MS } from "./mail-limits.ts";

/** Lanes that a cursor remembers: whoever writes under many names must not make it grow. */
const MOST_SAVED = 50;

/** What one sender has in one mailbox, in the order in which it was sent. */
export interface Lane {
  readonly name: string;
  /** The first of its messages that must wait, and all behind it wait too. */
  waits: Waiting | undefined;
}

export interface Waiting {
  /** Where the entry in front of it ends. */
  readonly before: Mark;
  /** By the reader's clock, in ms. */
  readonly dueAt: number;
}

/**
 * The senders of a mailbox apart from each other, so that one who writes too much delays nobody else. A message may
 * be taken when it was sent, or a minute after the one `most` places before it in its lane was let through: both stand on
 * the disk, so a reader that begins again lets through what its former life would have.
 */
export interface Lanes {
  readonly laneOf: (message: Message) => Lane;
  /** again: this id was taken before. held: it waits from now on, with `before` as its place. */
  readonly admit: (lane: Lane, message: Message, before: Mark) => "fresh" | "again" | "held";
  /** The reader's clock, in ms. */
  readonly now: () => number;
  readonly wasTaken: (message: Message) => boolean;
  readonly waiting: () => readonly (Lane & { readonly waits: Waiting })[];
  /** For the cursor; undefined when nothing waits. */
  readonly saved: () => Cursor["held"];
}

interface OwnLane extends Lane {
  readonly taken: SeenIds;
  /** When the last `most` were let through. */
  times: readonly number[];
}

export interface LaneDeps {
  /** Messages of one sender in a minute; undefined: as many as come. */
  readonly most: number | undefined;
  readonly now: () => number;
  /** Ids that are in the reader's transcript: they waited before. */
  readonly known: ReadonlySet<EntryId>;
  /** From the cursor. */
  readonly former: Cursor["held"];
}

export function createLanes({ most, now, known, former }: LaneDeps): Lanes {
  const lanes = new Map<string, OwnLane>();
  const remembered = new Map(Object.entries(former ?? {}));

  function own(name: string): OwnLane {
    const there = lanes.get(name);
    if (there) return there;
    const lane = { name, waits: undefined, taken: createSeenIds(), times: remembered.get(name) ?? [] };
    lanes.set(name, lane);
    return lane;
  }

  /** When it may be let through. A time that a clock has not come to yet, because it was put back, holds nobody. */
  function dueAt({ times }: OwnLane, { at, from }: Message, places: number): number {
    const today = now();
    const sent = Math.min(Date.parse(at) || today, today);
    const first = isUnlimited(from) ? undefined : times.at(-places);
    return first === undefined || first > today ? sent : Math.max(sent, first + MINUTE_MS);
  }

  const waiting = (): readonly (Lane & { readonly waits: Waiting })[] =>
    [...lanes.values()].filter((lane): lane is OwnLane & { waits: Waiting } => lane.waits !== undefined);
  return {
    laneOf: (message) => own(nameOf(message)),
    now,
    admit: ({ name }, message, before) => {
      const lane = own(name);
      if (lane.taken.has(message.id)) return "again";
      if (most !== undefined) {
        const due = dueAt(lane, message, most);
        if (due > now() && !known.has(message.id)) {
          lane.waits = { before, dueAt: due };
          return "held";
        }
        lane.times = [...lane.times, Math.min(due, now())].slice(-most);
      }
      lane.taken.add(message.id);
      lane.waits = undefined;
      return "fresh";
    },
    wasTaken: (message) => own(nameOf(message)).taken.has(message.id),
    waiting,
    saved: () => {
      const held = waiting().slice(0, MOST_SAVED);
      if (held.length === 0) return undefined;
      return Object.fromEntries(held.map(({ name }) => [name, [...own(name).times]]));
    },
  };
}

/** What troupe says in a member's name does not wait behind what the member says. */
function nameOf({ from, kind }: Message): string {
  const name = from.toLowerCase();
  return kind === "text" ? name : `${kind}:${name}`;
}

function isUnlimited(from: string): boolean {
  return from === "user" || from === "system";
}

export interface SeenIds {
  readonly has: (id: EntryId) => boolean;
  /** True the first time. */
  readonly add: (id: EntryId) => boolean;
}

/** A sender's ids rise in each mailbox, so one number per sender is enough. */
export function createSeenIds(): SeenIds {
  const last = new Map<string, number>();
  const has = (id: EntryId): boolean => {
    const [sender, counter] = partsOf(id);
    return counter <= (last.get(sender) ?? 0);
  };
  const add = (id: EntryId): boolean => {
    if (has(id)) return false;
    last.set(...partsOf(id));
    return true;
  };
  return { has, add };
}

function partsOf(id: EntryId): readonly [sender: string, counter: number] {
  const dot = id.lastIndexOf(".");
  return [id.slice(0, dot), Number(id.slice(dot + 1))];
}
