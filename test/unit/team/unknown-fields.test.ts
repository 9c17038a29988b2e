import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Cursor, RunFile } from "../../../src/protocol/files.ts";
import { journalDecoder, mailDecoder } from "../../../src/store/decoder.ts";
import { encodeEntry } from "../../../src/store/encode-entry.ts";
import { decodeLine } from "../../../src/store/line-codec.ts";
import { openFold } from "../../../src/team/fold.ts";
import { bob, claim, message, note, teamEntry } from "../../support/store-entries.ts";
import { fileTeam } from "../../support/store-team.ts";

/** What a later troupe may add to an entry of this version: names that nobody knows, any JSON but `__proto__`, which no log lets through. */
const additions = fc.dictionary(
  fc.stringMatching(/^x[a-z]{1,8}$/),
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("__proto__")),
    fc.constant(null),
  ),
  { maxKeys: 4 },
);
const same = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("D4 unknown fields of a known version change nothing in the fold, and come back as they were written", () => {
  fc.assert(
    fc.property(additions, additions, (first, second) => {
      const plain = [teamEntry(), claim(1), note(2, "a note")];
      const extended = plain.map((entry, index) => ({ ...(index === 0 ? first : second), ...entry }));
      const [known, unknown] = [openFold(), openFold()];

      const verdicts = plain.map((entry) => known.add(entry));
      const others = extended.map((entry) => {
        const line = encodeEntry(entry, journalDecoder);
        const decoded = decodeLine(Buffer.from(line), 1, line.length - 1);
        const read = decoded.ok ? journalDecoder.decode(decoded.value) : undefined;
        if (!read?.ok) throw new Error("not read");
        expect(same(read.entry)).toMatchObject(same(entry) as object);
        return unknown.add(read.entry);
      });

      expect(others.map((verdict) => verdict?.ok)).toEqual(verdicts.map((verdict) => verdict?.ok));
      expect(unknown.save()).toEqual(known.save());
    }),
    { numRuns: 100 },
  );
});

test("D4 unknown fields of a message, a cursor and a life are kept", () => {
  fc.assert(
    fc.property(additions, (more) => {
      const read = mailDecoder.decode({ ...more, ...message(1, "hello") });
      const mark = { position: "1:0", id: null, ...more };
      const cursor = { ...more, v: 1, delivered: mark, read: mark };
      const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: null, ...more };
      const times = { startedAt: "x", beat: "x", since: "x" };
      const life = { pid: 1, startTime: "1", bootId: "b", pidNs: "p", instance: "instance-a", member: "ada" };
      const rest = { version: "9", status: "idle", task: null, model: null, context: { used: 0, max: null } };
      const run = { ...more, v: 1, ...life, ...times, ...rest, usage };

      expect(read.ok && same(read.entry)).toEqual(same({ ...more, ...message(1, "hello") }));
      expect(same(Cursor.parse(cursor))).toEqual(same(cursor));
      expect(same(RunFile.parse(run))).toEqual(same(run));
    }),
    { numRuns: 100 },
  );
});

test("D4 a cursor that is saved again keeps what a later troupe put there", async () => {
  const team = await fileTeam();
  const { store } = await team.open();
  const cursor = store.cursor(bob);
  const mark = { position: await store.mailbox(bob).start(), id: null };
  await cursor.save(Cursor.parse({ v: 1, delivered: mark, read: mark, tier: ["gold"] }));
  const loaded = await cursor.load();

  await cursor.save({ ...(loaded ?? Cursor.parse({})), delivered: mark });

  expect(await cursor.load()).toEqual({ v: 1, delivered: mark, read: mark, tier: ["gold"] });
});
