import * as fc from "fast-check";
import { expect } from "vitest";
import { TroupeError } from "../../src/base/errors.ts";
import type { EntryDraft } from "../../src/protocol/entries.ts";
import { EntryId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { type TeamPaths, teamPaths } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import type { Log, Store, TornLine } from "../../src/store/store.ts";
import { canonical, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type MemoryFs, memoryFs } from "./fuzz-memory-fs.ts";
import { type Fuzz, fuzz } from "./fuzz-property.ts";
import { ada, bob, entryId, id, instance, teamEntry } from "./team-entries.ts";
import { entryOf } from "./team-scripts.ts";

const AT = "2026-11-20T12:00:00.000Z";
const MAX_LINE = 1024 * 1024;

/** The logs of a team, by what decodes their lines. */
export const LOGS = ["journal", "mail", "events"] as const;
export type LogKind = (typeof LOGS)[number];

/** What came out of a log. */
export interface ReadLog {
  readonly delivered: readonly unknown[];
  readonly torn: readonly Pick<TornLine, "offset" | "bytes" | "why">[];
}

/** Reads a log that grows to `bytes`, seen after each of `sizes` and then whole. */
export type LogReading = (kind: LogKind, bytes: Buffer, sizes: readonly number[]) => Promise<ReadLog>;

/** Text of about that many bytes, with all that a line may hold. */
function textOf(bytes: number): string {
  return 'The quick brown fox, é 漢字 🦉 "quoted" \\back\\slash\nnext\tline {[]} \u0007 '
    .repeat(bytes / 80 + 1)
    .trim();
}

/** One draft of every op, and some with long texts. */
function drafts(): readonly EntryDraft[] {
  const task = id(1);
  const claim = entryId("random", 7);
  const on = [id(2), id(3)];
  const definition = { model: "sonnet", tools: ["Read"], later: { deep: [1, null] } };
  return [
    { op: "close", by: "user" },
    { op: "join", by: "user", member: bob, backend: "child", definition },
    { op: "leave", by: ada, member: bob, reason: "done" },
    { op: "start", by: "system", member: bob, instance: instance("life") },
    { op: "end", by: "system", member: bob, instance: instance("life"), how: "died", detail: "killed" },
    { op: "lease", by: "system", instance: instance("boss"), pid: 42 },
    { op: "lapse", by: "system", lease: claim },
    { op: "stop", by: "user", member: bob },
    { op: "report", by: ada, text: textOf(2_000) },
    { op: "create", by: ada, task, subject: "Write the parser", description: textOf(20_000), blockedBy: on },
    { op: "update", by: ada, task, subject: "漢字 🦉", role: null, parent: null },
    { op: "claim", by: bob, task },
    { op: "complete", by: bob, task, claim, result: textOf(5_000) },
    { op: "fail", by: bob, task, claim, reason: "no" },
    { op: "release", by: bob, task, claim, why: "given_back", note: "later" },
    { op: "reopen", by: "user", task },
    { op: "review", by: ada, task, verdict: "returned", note: textOf(300) },
    { op: "block", by: ada, task, on },
    { op: "unblock", by: ada, task, on },
    { op: "assign", by: ada, task, to: bob },
    { op: "delete", by: ada, task },
    { op: "note", by: bob, task, text: textOf(10_000) },
    { op: "note", by: bob, task, text: "c" },
  ];
}

function journalValues(): readonly object[] {
  return [
    teamEntry({ review: true }),
    ...drafts().map((draft, index) => ({
      ...entryOf(draft, index + 1),
      ...(index % 3 === 0 && { later: [index] }),
    })),
  ];
}

function mailValues(): readonly object[] {
  return [10, 100, 1_000, 20_000].flatMap((bytes, index) =>
    ["text", "system"].map((kind, place) => ({
      v: 1,
      id: `sender00.${index * 2 + place + 1}`,
      at: AT,
      from: "ada",
      to: "bob",
      kind,
      text: textOf(bytes),
      ...(place === 1 && { later: { deep: { er: true } } }),
    })),
  );
}

function eventValues(): readonly object[] {
  return [10, 500, 16_000].flatMap((bytes, index) => [
    {
      v: 1,
      at: AT,
      task: null,
      event: { type: "text", delta: textOf(bytes) },
      id: `agent000.${index * 2 + 1}`,
    },
    {
      v: 1,
      at: AT,
      inputs: [],
      message: { role: "user", content: textOf(bytes) },
      id: `agent000.${index * 2 + 2}`,
    },
  ]);
}

/** Lines as our writers make them, without their newlines, and the value of each. */
const POOLS: Readonly<Record<LogKind, readonly Line[]>> = {
  journal: journalValues().map(lineOf),
  mail: mailValues().map(lineOf),
  events: eventValues().map(lineOf),
};

interface Line {
  readonly bytes: Buffer;
  /** Undefined for a line with a right checksum that is no entry all the same. */
  readonly value: unknown;
  readonly why?: TornLine["why"];
}

function lineOf(value: object): Line {
  return { bytes: encodeLine(toJson(value)).subarray(1, -1), value: JSON.parse(toJson(value)) };
}

/** Lines with a right checksum that our writers do not make. `json` is spelled out, so that it may say what no value can. */
function forged(json: string, value: unknown, why?: TornLine["why"]): Line {
  return { bytes: encodeLine(json).subarray(1, -1), value, ...(why && { why }) };
}

function forgedLines(kind: LogKind): readonly Line[] {
  const [first = { value: {}, bytes: Buffer.alloc(0) }] = POOLS[kind];
  const value = first.value as Readonly<Record<string, unknown>>;
  const open = JSON.stringify(value).slice(0, -1);
  const deep = `${"[".repeat(2_000)}${"]".repeat(2_000)}`;
  return [
    forged(`${open},"__proto__":{"polluted":1}}`, value),
    forged(`${open},"\\u005f_proto__":{"polluted":1}}`, value),
    forged(`${open},"constructor":{"prototype":{"polluted":1}}}`, {
      ...value,
      constructor: { prototype: { polluted: 1 } },
    }),
    forged(`${open},"later":"\\ud800"}`, { ...value, later: "\uFFFD" }),
    forged(`${open},"later":1,"later":2}`, { ...value, later: 2 }),
    forged(`${open},"c":"00000000"}`, { ...value, c: "00000000" }),
    forged(`${open},"later":${deep}}`, undefined, "json"),
    forged("[1]", undefined, "json"),
    forged("{broken}", undefined, "json"),
    forged('{"op":"note"}', undefined, "schema"),
    forged('{"id":"../../x.1"}', undefined, "schema"),
    forged(`${open},"id":7}`, undefined, "schema"),
    forged(`${open},"id":"abcdef.1e999"}`, undefined, "schema"),
    forged(`${open},"id":null}`, undefined, "schema"),
  ];
}

const FORGED: Readonly<Record<LogKind, readonly Line[]>> = {
  journal: [
    ...forgedLines("journal"),
    forged('{"v":0,"id":"abcdef.1","op":"claim"}', undefined, "schema"),
    forged('{"v":1,"id":"abcdef.1","op":"constructor"}', undefined, "schema"),
    forged('{"v":1,"id":"abcdef.1","op":"__proto__"}', undefined, "schema"),
    forged(
      '{"v":1,"id":"abcdef.1","op":"lease","at":"","by":"ada","instance":"abcdef","pid":1e999}',
      undefined,
      "schema",
    ),
  ],
  mail: [...forgedLines("mail"), forged('{"v":1,"id":"abcdef.1","to":"../x"}', undefined, "schema")],
  events: forgedLines("events"),
};

const KNOWN: Readonly<Record<LogKind, ReadonlyMap<string, Line>>> = {
  journal: knownLines("journal"),
  mail: knownLines("mail"),
  events: knownLines("events"),
};

/** Lines of other logs come here too, by a splice: an agent's log takes whatever has an id, the others take nothing else. */
function knownLines(kind: LogKind): ReadonlyMap<string, Line> {
  const lines = LOGS.flatMap((other) =>
    [...POOLS[other], ...FORGED[other]].map((line) => (other === kind ? line : lineFrom(kind, line))),
  );
  const own = [...POOLS[kind], ...FORGED[kind]];
  return new Map([...lines, ...own].map((line) => [line.bytes.toString("latin1"), line]));
}

function lineFrom(kind: LogKind, line: Line): Line {
  if (line.why === "json") return line;
  const { c: _, ...value } = JSON.parse(line.bytes.toString()) as Record<string, unknown>;
  const isAnyones = kind === "events" && EntryId.safeParse(value["id"]).success;
  if (!isAnyones) return { bytes: line.bytes, value: undefined, why: "schema" };
  return { bytes: line.bytes, value: line.value ?? value };
}

/** What any reader has to make of these bytes, found without the code under test. */
function expected(kind: LogKind, bytes: Buffer): ReadLog {
  const delivered: unknown[] = [];
  const torn: { offset: number; bytes: number; why: TornLine["why"] }[] = [];
  let offset = 0;
  // What stands behind the last newline is not there yet.
  for (const text of bytes.toString("latin1").split("\n").slice(0, -1)) {
    const line = text.length > MAX_LINE ? undefined : KNOWN[kind].get(text);
    if (line !== undefined && line.why === undefined) delivered.push(line.value);
    else if (text !== "") {
      const why = text.length > MAX_LINE ? "too_long" : (line?.why ?? "checksum");
      torn.push({ offset, bytes: text.length, why });
    }
    offset += text.length + 1;
  }
  return { delivered, torn };
}

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
    expect(rest.entries).toEqual(behind);
  }
  expect(store.torn()).toHaveLength(Math.min(1000, new Set(torn.map(({ offset }) => offset)).size));
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
  return { kind, bytes, sizes, ...{ [fc.toStringMethod]: () => `${kind} ${sizes.join()} ${shown}` } };
}

function framed(line: Line): Buffer {
  return Buffer.concat([Buffer.from("\n"), line.bytes, Buffer.from("\n")]);
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
  expect(delivered.map(canonical)).toEqual(wanted.delivered.map(canonical));
  expect(torn.map(({ offset, bytes: length, why }) => ({ offset, bytes: length, why }))).toEqual(wanted.torn);
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
        expect(found.map(canonical)).toEqual(twice.map(({ value }) => canonical(value)));
        expect(stop instanceof TroupeError ? stop.code : stop).toBe(isSeal ? undefined : "newer_format");
        const late = isSeal ? expected("journal", tail.subarray(0, tail.length - cut)) : undefined;
        expect(torn()).toHaveLength(late ? late.delivered.length + late.torn.length : 0);
      },
  }),
];

/** Kept beside the pools, so that a new op cannot be forgotten. */
export const pooledOps: ReadonlySet<unknown> = new Set(
  POOLS.journal.map(({ value }) => (value as Readonly<Record<string, unknown>>)["op"]),
);
