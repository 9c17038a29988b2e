import type { Cursor, Mark } from "../protocol/files.ts";
import type { Message } from "../protocol/message.ts";
import type { EntryId } from "../protocol/names.ts";
import type { Placed, Store } from "../store/store.ts";
import type { Lanes } from "./mail-lanes.ts";

type Marks = Pick<Cursor, "delivered" | "read">;

/** What was taken from a mailbox and how far it got, as one pair of marks: those of its cursor. */
export interface Places {
  /** `late`: it had to wait, and others behind it went before it; the entry in front of it ends there. */
  readonly add: (placed: Placed<Message>, late: Mark | undefined) => void;
  /** In the transcript already: it counts as delivered when nothing new stands in front of it (A8). True when it does. */
  readonly skip: (placed: Placed<Message>) => boolean;
  /** This message and all that were added before it. False when it is not here. */
  readonly pass: (message: Pick<Message, "id">, how: keyof Marks) => boolean;
  /** All that was delivered is read. */
  readonly readDelivered: (delivered: Mark) => void;
  /** Neither passes a message that waits, or has waited and is not that far: a reader that begins again finds it there. */
  readonly marks: () => Marks;
}

interface Place {
  readonly mark: Mark;
  readonly late: Mark | undefined;
  isDelivered: boolean;
}

export function createPlaces(compare: Store["compare"], lanes: Pick<Lanes, "waiting">, start: Marks): Places {
  /** In the order in which they were taken, until they are read. */
  const places = new Map<EntryId, Place>();
  let { delivered, read } = start;

  const further = (one: Mark, other: Mark): Mark => (compare(other.position, one.position) > 0 ? other : one);
  const bounded = (mark: Mark, isThere: (place: Place) => boolean): Mark => {
    const late = [...places.values()].flatMap((place) => (place.late && !isThere(place) ? [place.late] : []));
    return [...lanes.waiting().map(({ waits }) => waits.before), ...late].reduce(
      (least, bound) => (compare(bound.position, least.position) < 0 ? bound : least),
      mark,
    );
  };

  return {
    add: ({ entry, at }, late) => {
      places.set(entry.id, { mark: { position: at, id: entry.id }, late, isDelivered: false });
    },
    skip: ({ entry, at }) => {
      if (places.size > 0) return false;
      delivered = further(delivered, { position: at, id: entry.id });
      return true;
    },
    pass: (message, how) => {
      if (!places.has(message.id)) return false;
      for (const [id, place] of places) {
        place.isDelivered = true;
        delivered = further(delivered, place.mark);
        if (how === "read") {
          read = further(read, place.mark);
          places.delete(id);
        }
        if (id === message.id) break;
      }
      return true;
    },
    readDelivered: (mark) => {
      read = further(read, mark);
      for (const [id, { mark: own }] of places)
        if (compare(own.position, mark.position) <= 0) places.delete(id);
    },
    marks: () => ({
      delivered: bounded(delivered, ({ isDelivered }) => isDelivered),
      read: bounded(read, () => false),
    }),
  };
}
