import type { Mark } from "../protocol/files.ts";
import type { Message } from "../protocol/message.ts";
import type { Log, Placed, Store } from "../store/store.ts";
import type { Lane, Lanes, Waiting } from "./mail-lanes.ts";

/** Hears of each message once. `late`: it had to wait; the entry in front of it ends there. */
type Each = (placed: Placed<Message>, late: Mark | undefined) => void;

export interface MailReader {
  /** Reads until `isEnough`, or to the end: first what is new, then what has waited long enough. Throws what the log throws; nothing is lost by it. */
  readonly readOn: (isEnough: () => boolean) => Promise<void>;
}

/** Reads a mailbox from `start` on. */
export function createMailReader(
  { log, compare }: { readonly log: Log<Message>; readonly compare: Store["compare"] },
  { start, lanes }: { readonly start: Mark; readonly lanes: Lanes },
  each: Each,
): MailReader {
  let { position } = start;
  /** The last entry that was read. */
  let front = start;

  async function readNew(isEnough: () => boolean): Promise<void> {
    for (let isAtEnd = false; !isAtEnd && !isEnough(); ) {
      const { entries, next, atEnd } = await log.read(position);
      for (const placed of entries) {
        const lane = lanes.laneOf(placed.entry);
        if (!lane.waits && lanes.admit(lane, placed.entry, front) === "fresh") each(placed, undefined);
        front = markOf(placed);
      }
      position = next;
      isAtEnd = atEnd;
    }
  }

  /** One lane again, from where it waits up to where the others are read, or to the next that must wait. */
  async function goOn(lane: Lane, { before: first, dueAt }: Waiting, isEnough: () => boolean): Promise<void> {
    let before = first;
    for (let from = before.position; compare(from, position) < 0; ) {
      if (isEnough()) return;
      const { entries, next } = await log.read(from);
      for (const placed of entries) {
        if (compare(placed.at, position) > 0) break;
        const outcome = lanes.laneOf(placed.entry) === lane && lanes.admit(lane, placed.entry, before);
        if (outcome === "held") return;
        if (outcome === "fresh") each(placed, before);
        before = markOf(placed);
      }
      from = next;
      // The next reading may fail: until then it waits here.
      lane.waits = { before, dueAt };
    }
    lane.waits = undefined;
  }

  return {
    readOn: async (isEnough) => {
      await readNew(isEnough);
      for (const lane of lanes.waiting())
        if (lane.waits.dueAt <= lanes.now()) await goOn(lane, lane.waits, isEnough);
    },
  };
}

function markOf({ entry, at }: Placed<Message>): Mark {
  return { position: at, id: entry.id };
}
