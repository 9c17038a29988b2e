import * as fc from "fast-check";
import type { Cursor } from "../../src/protocol/files.ts";
import type { EntryId, Position } from "../../src/protocol/names.ts";
import { segmentName, segmentNumber } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { comparePositions, parsePosition, positionOf } from "../../src/store/position.ts";
import type { Log, Store } from "../../src/store/store.ts";
import { anyJson, harmed, harms, nearly, refusePollution } from "./fuzz-bytes.ts";
import { teamOnMemory } from "./fuzz-log.ts";
import type { MemoryFs } from "./fuzz-memory-fs.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { bob, message, readAll } from "./store-entries.ts";

interface Mailbox {
  readonly fs: MemoryFs;
  readonly store: Store;
  readonly log: Pick<Log<{ readonly id: EntryId }>, "read" | "start">;
  readonly path: string;
  readonly ids: readonly string[];
  readonly positions: readonly Position[];
}

/** A mailbox of several small segments, by the store's own writer. */
async function openMailbox(): Promise<Mailbox> {
  const { fs, paths } = teamOnMemory();
  const store = await openFileStore(fs, paths, { durability: "default", network: false, mailSealBytes: 500 });
  const log = store.mailbox(bob);
  for (let counter = 1; counter <= 9; counter++) await log.append(message(counter, "é".repeat(counter * 9)));
  const { placed } = await readAll(log);
  const start = await log.start();
  return {
    fs,
    store,
    log,
    path: paths.cursor(bob),
    ids: placed.map(({ entry }) => entry.id),
    positions: [start, ...placed.map(({ at }) => at)],
  };
}

/** A cursor of another place, of two places at once, or of something that is no place at all. */
const wrongCursor = fc.record({
  position: fc.oneof(
    { weight: 3, arbitrary: fc.nat(9) },
    fc.constantFrom<unknown>(
      "1:0",
      "2:0",
      "3:0",
      "1:1",
      "2:1",
      "9:0",
      "1:999999",
      "999999999:999999999999999",
    ),
    fc.constantFrom<unknown>(
      "01:0",
      "1:-1",
      "1:1e3",
      "",
      "1",
      "1:0:0",
      "../x",
      null,
      7,
      "1:0 ",
      "constructor",
    ),
    fc.tuple(fc.nat(4), fc.nat(600)).map(([segment, offset]) => `${segment}:${offset}`),
  ),
  id: fc.oneof(fc.nat(8), fc.constantFrom<unknown>(null, "instance-a.99", "abcdef.1", "", 7, "x")),
});

interface WrongMark {
  readonly position: unknown;
  readonly id: unknown;
}

function markOf({ position, id: given }: WrongMark, { ids, positions }: Mailbox): object {
  return {
    position: typeof position === "number" && position < positions.length ? positions[position] : position,
    id: typeof given === "number" ? (ids[given] ?? given) : given,
  };
}

/** What stands behind a mark is all that a member gets: nothing that is not in front of it may be missing. */
async function passesNothingOver(cursor: Cursor, { log, ids }: Mailbox): Promise<void> {
  for (const mark of [cursor.delivered, cursor.read]) {
    const behind = (await readAll(log, mark.position)).entries.map((entry) => entry.id);
    const place = mark.id === null ? 0 : ids.indexOf(mark.id) + 1;
    const owed = ids.slice(place);
    must(behind.slice(behind.length - owed.length)).toEqual(owed);
  }
}

export const cursorProperties: readonly Fuzz[] = [
  fuzz({
    title: "M21 D1 a damaged or wrong cursor is none, or is true: no mail is ever passed over",
    parsers: [
      "src/store/files/cursor-file.ts",
      "src/store/position.ts",
      "src/store/line-codec.ts",
      "src/store/memory/open-memory-store.ts",
    ],
    input: fc.oneof(
      fc.record({ at: fc.nat(9), read: fc.nat(9), all: harms() }),
      fc.record({ delivered: wrongCursor, read: wrongCursor, later: anyJson }),
    ),
    open: () => {
      const opened = openMailbox();
      return async (given) => {
        const it = await opened;
        if ("all" in given) {
          const mark = (place: number): object => ({
            position: it.positions[place],
            id: it.ids[place - 1] ?? null,
          });
          const whole = {
            v: 1,
            delivered: mark(Math.max(given.at, given.read)),
            read: mark(Math.min(given.at, given.read)),
            later: 1,
          };
          const bytes = Buffer.from(`${JSON.stringify(whole)}\n`);
          it.fs.put(it.path, bytes);
          must(await it.store.cursor(bob).load(), "the whole one").toEqual(whole);
          it.fs.put(it.path, harmed(bytes, given.all));
        } else {
          const delivered = markOf(given.delivered, it);
          it.fs.put(
            it.path,
            Buffer.from(
              JSON.stringify({ v: 1, delivered, read: markOf(given.read, it), later: given.later }),
            ),
          );
        }
        const cursor = await it.store.cursor(bob).load();
        if (cursor) await passesNothingOver(cursor, it);
        refusePollution();
      };
    },
  }),
  fuzz({
    title: "M21 H9 a position and the name of a segment come back as they were, and nothing else is one",
    parsers: ["src/store/position.ts", "src/protocol/paths.ts"],
    input: fc.record({
      segment: fc.integer({ min: 1, max: 999_999_999 }),
      offset: fc.integer({ min: 0, max: 999_999_999_999_999 }),
      word: nearly("1:0", "12:345", "1.jsonl", "12.jsonl"),
    }),
    open:
      () =>
      ({ segment, offset, word }) => {
        const position = positionOf(segment, offset);
        must(parsePosition(position)).toEqual({ segment, offset });
        must(comparePositions(position, position)).toBe(0);
        must(comparePositions(position, positionOf(1, 0))).toBeGreaterThanOrEqual(0);
        must(segmentNumber(segmentName(segment))).toBe(segment);
        const place = parsePosition(word);
        if (place) must(positionOf(place.segment, place.offset)).toBe(word);
        const number = segmentNumber(word);
        if (number !== undefined) must(segmentName(number)).toBe(word);
      },
  }),
];
