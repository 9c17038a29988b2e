import * as fc from "fast-check";
import { MemberName } from "../../src/protocol/names.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import type { Store } from "../../src/store/store.ts";
import { openJournalReader } from "../../src/team/journal-reader.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { anyJson, canonical, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { teamOnMemory } from "./fuzz-log.ts";
import type { MemoryFs } from "./fuzz-memory-fs.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { bob, id } from "./team-entries.ts";
import { entryOf, opening } from "./team-scripts.ts";

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

/** The place that a snapshot names, in all of its words. */
function marks(one: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([one["position"], one["lastId"], one["lastChecksum"]]);
}

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
      must(stateHash(reader.fold.state)).toBe(hash);
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
      if (cut) must(run).toBeUndefined();
      // Nothing is made up, nothing is left out.
      if (run) must(canonical(run)).toBe(canonical(JSON.parse(bytes.toString())));
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
      must(await store.bodies.get(hash)).toBe(text);
      must([undefined, text]).toContain(await store.bodies.get(name));
      const changed = harmed(whole, all);
      fs.put(path, changed);
      must(await store.bodies.get(hash)).toBe(changed.equals(whole) ? text : undefined);
      fs.put(path, whole);
      must([...fs.opened].filter((one) => !one.startsWith(`${paths.root}/`))).toEqual([]);
    };
  },
});

export const fileProperties: readonly Fuzz[] = [snapshots, runs, bodies];
