import * as fc from "fast-check";
import { TroupeError } from "../../src/base/errors.ts";
import { type EntryId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { type TeamPaths, teamPaths } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import type { Log, Store, TornLine } from "../../src/store/store.ts";
import { canonical, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import {
  expected,
  FORGED,
  framed,
  LOGS,
  type LogKind,
  type LogReading,
  MAX_LINE,
  POOLS,
} from "./fuzz-log-lines.ts";
import { type MemoryFs, memoryFs } from "./fuzz-memory-fs.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { bob } from "./team-entries.ts";

const TEAM = teamPaths("/config", TeamName.parse("demo"));

/** The files of a team named demo on a disk in memory. */
export function teamOnMemory(): {
  readonly fs: MemoryFs;
  readonly paths: TeamPaths;
  readonly open: () => Promise<Store>;
} {
  const { root, journal, mail, bodies, agents, supervisor } = TEAM;
  const fs = memoryFs(
    "/config/teams",
    root,
    journal,
    mail,
    bodies,
    agents,
    supervisor,
    TEAM.mailbox(bob),
    TEAM.agent(bob),
  );
  const open = (): Promise<Store> => openFileStore(fs, TEAM, { durability: "default", network: false });
  return { fs, paths: TEAM, open };
}

const PATHS: Readonly<Record<LogKind, string>> = {
  journal: `${TEAM.journal}/1.jsonl`,
  mail: `${TEAM.mailbox(bob)}/1.jsonl`,
  events: `${TEAM.agent(bob)}/events.jsonl`,
};

function logOf(store: Store, kind: LogKind): Pick<Log<{ readonly id: EntryId }>, "read" | "start"> {
  if (kind === "journal") return store.journal;
  return kind === "mail" ? store.mailbox(bob) : store.agentLog(MemberName.parse("bob"), "events");
}

/** The real store, on a disk in memory. Also reads on from behind each entry that it delivered. */
export const readWithStore: LogReading = async (kind, bytes, sizes) => {
  const { fs, open } = teamOnMemory();
  fs.put(PATHS.journal, Buffer.alloc(0));
  fs.put(PATHS[kind], Buffer.alloc(0));
  const store = await open();
  const log = logOf(store, kind);
  const placed: { entry: unknown; at: Awaited<ReturnType<typeof log.start>> }[] = [];
  const torn: TornLine[] = [];
  let next = await log.start();
  for (const size of [...sizes, bytes.length]) {
    fs.put(PATHS[kind], bytes.subarray(0, size));
    for (let atEnd = false; !atEnd; ) {
      const result = await log.read(next);
      placed.push(...result.entries);
      torn.push(...result.torn);
      ({ next, atEnd } = result);
    }
  }
  const middle = placed[Math.floor(placed.length / 2)];
  if (middle) {
    const rest = await log.read(middle.at);
    const behind = placed.slice(placed.indexOf(middle) + 1, placed.indexOf(middle) + 1 + rest.entries.length);
    must(rest.entries).toEqual(behind);
  }
  must(store.torn()).toHaveLength(Math.min(1000, new Set(torn.map(({ offset }) => offset)).size));
  await store.close();
  return { delivered: placed.map(({ entry }) => entry), torn };
};

interface DamagedLog {
  readonly kind: LogKind;
  readonly bytes: Buffer;
  readonly sizes: readonly number[];
}

/** Shown by a failure as text, not as a list of numbers. */
function damaged(kind: LogKind, bytes: Buffer, shares: readonly number[]): DamagedLog {
  const sizes = shares
    .toSorted((one, other) => one - other)
    .map((share) => Math.floor((bytes.length * share) / 1000));
  const shown = JSON.stringify(bytes.toString("latin1").slice(0, 3000));
  const log = { kind, bytes, sizes };
  return Object.assign(log, { [fc.toStringMethod]: () => `${kind} ${sizes.join()} ${shown}` });
}

function damagedLog(kind: LogKind): fc.Arbitrary<DamagedLog> {
  const others = LOGS.flatMap((other) => [...POOLS[other].slice(0, 6), ...FORGED[other]]);
  const pieces = [...others.map(framed), ...others.slice(0, 8).map((line) => line.bytes)];
  return fc
    .record({
      lines: fc.array(fc.constantFrom(...POOLS[kind]), { minLength: 1, maxLength: 10 }),
      all: fc.oneof({ weight: 9, arbitrary: harms(pieces) }, { weight: 1, arbitrary: fc.constant([]) }),
      shares: fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 4 }),
    })
    .map(({ lines, all, shares }) => damaged(kind, harmed(Buffer.concat(lines.map(framed)), all), shares));
}

export const damagedLogs: fc.Arbitrary<DamagedLog> = fc.oneof(...LOGS.map(damagedLog));

/** Fails when `reading` does not make of a damaged log what has to be made of it. */
export async function readsWhole(reading: LogReading, { kind, bytes, sizes }: DamagedLog): Promise<void> {
  const wanted = expected(kind, bytes);
  const { delivered, torn } = await reading(kind, bytes, sizes);
  must(delivered.map(canonical)).toEqual(wanted.delivered.map(canonical));
  must(torn.map(({ offset, bytes: length, why }) => ({ offset, bytes: length, why }))).toEqual(wanted.torn);
  refusePollution();
}

const STORE = [
  "src/store/line-codec.ts",
  "src/store/decoder.ts",
  "src/store/position.ts",
  "src/store/files/team-folders.ts",
];

/** Lines at and above the limit, and logs of more than one chunk. */
const longLogs: fc.Arbitrary<DamagedLog> = fc
  .record({
    kind: fc.constantFrom(...LOGS),
    places: fc.array(fc.nat(20), { minLength: 2, maxLength: 6 }),
    filler: fc.constantFrom("x", "\0", "[", '"', "é"),
    size: fc.oneof(
      fc.integer({ min: MAX_LINE - 2, max: MAX_LINE + 2 }),
      fc.integer({ min: 1, max: 5 * MAX_LINE }),
    ),
    at: fc.nat(6),
    ends: fc.boolean(),
    copies: fc.constantFrom(1, 1, 80),
    all: fc.oneof(fc.constant([]), harms()),
    shares: fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 2 }),
  })
  .map(({ kind, places, filler, size, at, ends, copies, all, shares }) => {
    const pool = POOLS[kind];
    const lines = places.flatMap((place) => pool[place % pool.length] ?? []);
    const whole = Buffer.concat(Array.from({ length: copies }, () => lines.map(framed)).flat());
    const cut = Math.min(at, lines.length) * (lines[0]?.bytes.length ?? 0);
    const long = Buffer.alloc(size, filler);
    const bytes = harmed(
      Buffer.concat([whole.subarray(0, cut), long, Buffer.from(ends ? "\n" : ""), whole.subarray(cut)]),
      all,
    );
    return damaged(kind, bytes, shares);
  });

/** What stands in front of an entry of a newer version, and in front of a seal. */
const stoppedLogs = fc.record({
  before: fc.array(fc.constantFrom(...POOLS.journal), { maxLength: 4 }),
  version: fc.constantFrom("2", "7", "1e3", "1.5", "1e999"),
  behind: fc.array(fc.constantFrom(...POOLS.journal), { maxLength: 3 }),
  isSeal: fc.boolean(),
  cut: fc.nat(200),
});

export const logProperties: readonly Fuzz[] = [
  fuzz({
    title:
      "M1 M2 M3 M16 M17 D2 D3 D5 D6 D7 D10 D11 a damaged log delivers every line that is whole, in order, and lists every other",
    parsers: STORE,
    input: damagedLogs,
    open: () => (log) => readsWhole(readWithStore, log),
  }),
  fuzz({
    title: "M16 D8 D9 lines around and far above the limit cost no neighbour, in logs of several chunks",
    parsers: STORE,
    input: longLogs,
    cost: 10,
    open: () => (log) => readsWhole(readWithStore, log),
  }),
  fuzz({
    title:
      "M15 M5 a journal stops in front of a newer version and at a seal, and tells them apart from damage",
    parsers: STORE,
    input: stoppedLogs,
    open:
      () =>
      async ({ before, version, behind, isSeal, cut }) => {
        const json = isSeal ? '{"v":1,"op":"seal"}' : `{"v":${version},"id":"abcdef.1","op":"vote"}`;
        const line = encodeLine(json);
        const tail = Buffer.concat(behind.map(framed));
        const bytes = Buffer.concat([...before.map(framed), line, tail.subarray(0, tail.length - cut)]);
        const { fs, paths, open } = teamOnMemory();
        fs.put(PATHS.journal, bytes);
        if (isSeal) fs.put(`${paths.journal}/2.jsonl`, Buffer.concat(before.map(framed)));
        const { journal, torn } = await open();
        const found: unknown[] = [];
        let stop: unknown;
        try {
          let next = await journal.start();
          for (let atEnd = false; !atEnd; ) {
            const result = await journal.read(next);
            found.push(...result.entries.map(({ entry }) => entry));
            ({ next, atEnd } = result);
          }
        } catch (error) {
          stop = error;
        }
        const twice = isSeal ? [...before, ...before] : before;
        must(found.map(canonical)).toEqual(twice.map(({ value }) => canonical(value)));
        must(stop instanceof TroupeError ? stop.code : stop).toBe(isSeal ? undefined : "newer_format");
        const late = isSeal ? expected("journal", tail.subarray(0, tail.length - cut)) : undefined;
        must(torn()).toHaveLength(late ? late.delivered.length + late.torn.length : 0);
      },
  }),
];
