import * as fc from "fast-check";
import { expect } from "vitest";
import type { Cursor } from "../../src/protocol/files.ts";
import { type EntryId, MemberName, type Position } from "../../src/protocol/names.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import type { Log, Store } from "../../src/store/store.ts";
import { openJournalReader } from "../../src/team/journal-reader.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { anyJson, canonical, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { teamOnMemory } from "./fuzz-log.ts";
import type { MemoryFs } from "./fuzz-memory-fs.ts";
import { type Fuzz, fuzz } from "./fuzz-property.ts";
import { bob, message, readAll } from "./store-entries.ts";
import { id } from "./team-entries.ts";
import { entryOf, opening } from "./team-scripts.ts";

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
    expect(behind.slice(behind.length - owed.length)).toEqual(owed);
  }
}

const cursors = fuzz({
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
        expect(await it.store.cursor(bob).load(), "the whole one").toEqual(whole);
        it.fs.put(it.path, harmed(bytes, given.all));
      } else {
        const delivered = markOf(given.delivered, it);
        it.fs.put(
          it.path,
          Buffer.from(JSON.stringify({ v: 1, delivered, read: markOf(given.read, it), later: given.later })),
        );
      }
      const cursor = await it.store.cursor(bob).load();
      if (cursor) await passesNothingOver(cursor, it);
      refusePollution();
    };
  },
});

interface Journal {
  readonly fs: MemoryFs;
  readonly open: () => Promise<Store>;
  readonly path: string;
  readonly hash: string;
  /** Snapshots as they were written at several places, and what is in them. */
  readonly snapshots: readonly {
    readonly bytes: Buffer;
    readonly value: Readonly<Record<string, unknown>>;
  }[];
}

async function openJournal(): Promise<Journal> {
  const { fs, paths, open } = teamOnMemory();
  const segment = `${paths.journal}/1.jsonl`;
  const drafts = [1, 2, 3].map((task) => entryOf({ op: "claim", by: bob, task: id(task) }, 10 + task));
  const notes = [1, 2, 3].map((task) =>
    entryOf({ op: "note", by: bob, task: id(task), text: "é 🦉" }, 20 + task),
  );
  const lines = [...opening(false), ...drafts, ...notes].map((entry) => encodeLine(toJson(entry)));
  const snapshots: Journal["snapshots"][number][] = [];
  let hash = "";
  for (let count = 1; count <= lines.length; count++) {
    fs.put(segment, Buffer.concat(lines.slice(0, count)));
    const reader = await openJournalReader(await open());
    await reader.readOn();
    await reader.saveSnapshot();
    hash = stateHash(reader.fold.state);
    const bytes = fs.bytes(paths.snapshot);
    const { c: _, ...value } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    snapshots.push({ bytes, value });
  }
  return { fs, open, path: paths.snapshot, hash, snapshots };
}

const KEYS = ["position", "lastId", "lastChecksum", "v", "fold", "state"] as const;

const snapshots = fuzz({
  title: "M8 D1 a damaged snapshot, or one whose parts do not belong together, never changes the state",
  parsers: ["src/store/files/snapshot-file.ts", "src/store/position.ts", "src/store/line-codec.ts"],
  input: fc.record({
    place: fc.nat(),
    all: harms(),
    other: fc.nat(),
    /** Right checksum, wrong content: these fields are another snapshot's, missing, or nonsense. */
    wrong: fc.option(
      fc.array(
        fc.tuple(
          fc.constantFrom(...KEYS),
          fc.oneof(fc.constantFrom("other", "missing"), fc.constantFrom("999:7", "1:999999", null, 0, -1)),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    ),
  }),
  open: () => {
    const opened = openJournal();
    return async ({ place, all, other, wrong }) => {
      const { fs, open, path, hash, snapshots: kept } = await opened;
      const mine = kept[place % kept.length];
      const theirs = kept[other % kept.length];
      if (!mine || !theirs) throw new Error("no snapshots");
      if (wrong === null) fs.put(path, harmed(mine.bytes, all));
      else {
        const value: Record<string, unknown> = { ...mine.value };
        for (const [key, what] of wrong) {
          if (what === "missing") delete value[key];
          else value[key] = what === "other" ? theirs.value[key] : what;
        }
        const marks = (one: Readonly<Record<string, unknown>>): string =>
          JSON.stringify([one["position"], one["lastId"], one["lastChecksum"]]);
        // One that names another place in every part is a true snapshot of that place, but for its state: a forger's, whom a checksum does not stop.
        const isForged = kept.some(
          (one) =>
            marks(one.value) === marks(value) &&
            JSON.stringify(one.value["state"]) !== JSON.stringify(value["state"]),
        );
        if (isForged) return;
        fs.put(path, encodeLine(JSON.stringify(value)).subarray(1));
      }
      const reader = await openJournalReader(await open());
      await reader.readOn();
      expect(stateHash(reader.fold.state)).toBe(hash);
      refusePollution();
    };
  },
});

const RUN = {
  v: 1,
  pid: 4711,
  startTime: "123456",
  bootId: "0b5a4a0e-9a5e-4b0e-9c9c-000000000000",
  pidNs: "pid:[4026531836]",
  instance: "instance-a",
  member: "bob",
  version: "0.1.0",
  startedAt: "2026-11-20T12:00:00.000Z",
  beat: "2026-11-20T12:00:10.000Z",
  status: "working",
  since: "2026-11-20T12:00:00.000Z",
  task: "1",
  model: "sonnet",
  usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, costUsd: 0.5, later: [1] },
  context: { used: 7, max: 100, later: null },
  later: { deep: true },
};

const runs = fuzz({
  title:
    "A12 D1 D4 D11 a damaged run.json is none, or all that it says, unknown fields included; a cut one is none",
  parsers: [
    "src/store/files/presence-files.ts",
    "src/store/line-codec.ts",
    "src/store/memory/open-memory-store.ts",
  ],
  input: fc.oneof(
    fc.record({ all: harms() }),
    fc.record({ cut: fc.nat(2000) }),
    fc.record({ key: fc.constantFrom(...Object.keys(RUN)), value: anyJson }),
  ),
  open: () => {
    const { fs, paths, open } = teamOnMemory();
    fs.put(`${paths.journal}/1.jsonl`, Buffer.alloc(0));
    const opened = open();
    const whole = Buffer.from(`${JSON.stringify(RUN)}\n`);
    return async (given) => {
      const { presence } = await opened;
      const cut = "cut" in given ? whole.subarray(0, given.cut % (whole.length - 1)) : undefined;
      const changed = "key" in given ? Buffer.from(toJson({ ...RUN, [given.key]: given.value })) : undefined;
      const bytes = cut ?? changed ?? ("all" in given ? harmed(whole, given.all) : whole);
      fs.put(`${paths.agent(bob)}/run.json`, bytes);
      const run = await presence.read(MemberName.parse("bob"));
      if (cut) expect(run).toBeUndefined();
      // Nothing is made up, nothing is left out.
      if (run) expect(canonical(run)).toBe(canonical(JSON.parse(bytes.toString())));
      refusePollution();
    };
  },
});

const bodies = fuzz({
  title:
    "E1 L12 a body is found by its hash alone: no name leads out of the folder, and a changed file is none",
  parsers: ["src/store/files/body-files.ts"],
  input: fc.record({
    text: fc.string({ unit: "binary" }).map((text) => text.replace(/\p{Surrogate}/gu, "\uFFFD")),
    all: harms(),
    name: fc.oneof(
      fc.string(),
      fc.constantFrom("../journal/1.jsonl", "/etc/passwd", "", ".", "\0"),
      fc.stringMatching(/^[0-9a-f]{63,65}$/),
    ),
  }),
  open: () => {
    const { fs, paths, open } = teamOnMemory();
    fs.put(`${paths.journal}/1.jsonl`, Buffer.alloc(0));
    const opened = open();
    return async ({ text, all, name }) => {
      const store = await opened;
      const hash = await store.bodies.put(text);
      const path = `${paths.bodies}/${hash}`;
      const whole = fs.bytes(path);
      expect(await store.bodies.get(hash)).toBe(text);
      expect([undefined, text]).toContain(await store.bodies.get(name));
      const changed = harmed(whole, all);
      fs.put(path, changed);
      expect(await store.bodies.get(hash)).toBe(changed.equals(whole) ? text : undefined);
      fs.put(path, whole);
      expect([...fs.opened].filter((one) => !one.startsWith(`${paths.root}/`))).toEqual([]);
    };
  },
});

export const fileProperties: readonly Fuzz[] = [cursors, snapshots, runs, bodies];
