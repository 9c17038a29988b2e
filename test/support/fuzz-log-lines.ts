import type { EntryDraft } from "../../src/protocol/entries.ts";
import { EntryId } from "../../src/protocol/names.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import type { TornLine } from "../../src/store/store.ts";
import { ada, bob, entryId, id, instance, teamEntry } from "./team-entries.ts";
import { entryOf } from "./team-scripts.ts";

const AT = "2026-11-20T12:00:00.000Z";
export const MAX_LINE = 1024 * 1024;

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
  const digest = "0f".repeat(32);
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
    {
      op: "ask",
      by: bob,
      kind: "permission",
      tool: "Bash",
      input: { command: textOf(900) },
      digest,
      summary: "x",
    },
    { op: "answer", by: "user", ask: claim, verdict: "deny", digest, note: textOf(100) },
    { op: "settle", by: bob, ask: claim, how: "used" },
    { op: "backoff", by: bob, key: "0123456789abcdef", until: "2026-11-20T12:00:09.000Z" },
    { op: "control", by: "user", member: bob, what: "model", value: "opus" },
    { op: "budget", by: "user", member: bob, usd: 4.5, tokens: null },
    { op: "spending", by: bob, member: bob, percent: 80, text: "$4.02 of $4.50" },
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
export const POOLS: Readonly<Record<LogKind, readonly Line[]>> = {
  journal: journalValues().map(lineOf),
  mail: mailValues().map(lineOf),
  events: eventValues().map(lineOf),
};

export interface Line {
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

export const FORGED: Readonly<Record<LogKind, readonly Line[]>> = {
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
export function expected(kind: LogKind, bytes: Buffer): ReadLog {
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

/** Kept beside the pools, so that a new op cannot be forgotten. */
export const pooledOps: ReadonlySet<unknown> = new Set(
  POOLS.journal.map(({ value }) => (value as Readonly<Record<string, unknown>>)["op"]),
);

/** As a writer appends it. */
export function framed(line: Line): Buffer {
  return Buffer.concat([Buffer.from("\n"), line.bytes, Buffer.from("\n")]);
}
