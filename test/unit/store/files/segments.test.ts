import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Mark } from "../../../../src/protocol/files.ts";
import type { EntryId } from "../../../../src/protocol/names.ts";
import { encodeLine, toJson } from "../../../../src/store/line-codec.ts";
import type { Placed, Store } from "../../../../src/store/store.ts";
import { bob, claim, id, idsOf, message, note, readAll } from "../../../support/store-entries.ts";
import { type FileTeam, fileTeam } from "../../../support/store-team.ts";

const first = "instance-0.1";
/** Sealed after five or six claims. */
const small = { sealBytes: 1_000, mailSealBytes: 1_000 };

async function fill(store: Store, from: number, to: number): Promise<string[]> {
  const answers: string[] = [];
  for (let counter = from; counter <= to; counter++) answers.push(await store.journal.append(claim(counter)));
  return answers;
}

function idsUpTo(last: number): string[] {
  return [first, ...Array.from({ length: last }, (_, index) => id(index + 1))];
}

function sealsIn(path: string): number {
  return readFileSync(path, "utf8").split('{"v":1,"op":"seal","c"').length - 1;
}

function segmentsIn(folder: string): number[] {
  const numbers = readdirSync(folder).map((name) => Number(/^(\d+)\.jsonl$/.exec(name)?.[1]));
  return numbers.filter((number) => number > 0).toSorted((one, other) => one - other);
}

function markOf(placed: Placed<{ readonly id: EntryId }> | undefined): Mark {
  if (!placed) throw new Error("no such entry");
  return { position: placed.at, id: placed.entry.id };
}

function makeOld(path: string): void {
  const then = new Date(Date.UTC(2020, 0, 1));
  utimesSync(path, then, then);
}

/** A mailbox of several segments. */
async function filled(): Promise<{ team: FileTeam; store: Store; segment: (n: number) => string }> {
  const team = await fileTeam();
  const { store } = await team.open(small);
  for (let counter = 1; counter <= 20; counter++) await store.mailbox(bob).append(message(counter, "hello"));
  return { team, store, segment: (number) => join(team.paths.mailbox(bob), `${number}.jsonl`) };
}

describe("sealing", () => {
  test("entries go on through many segments, in order, each once, for every reader", async () => {
    const team = await fileTeam();
    const { store } = await team.open(small);
    const early = (await team.open(small)).store;
    const { next } = await readAll(early.journal);

    const answers = await fill(store, 1, 40);

    expect(new Set(answers)).toEqual(new Set(["done"]));
    expect(segmentsIn(team.paths.journal).length).toBeGreaterThan(4);
    expect(await idsOf(store.journal)).toEqual(idsUpTo(40));
    expect((await readAll(early.journal, next)).entries.map((entry) => entry.id)).toEqual(
      idsUpTo(40).slice(1),
    );
    expect(await idsOf((await team.open()).store.journal)).toEqual(idsUpTo(40));
    expect(store.torn()).toEqual([]);
  });

  test("any place in any segment can be read on from, and they are ordered", async () => {
    const team = await fileTeam();
    const { store } = await team.open(small);
    await fill(store, 1, 20);
    const { placed, next } = await readAll(store.journal);

    for (const [index, { at }] of placed.entries()) {
      const rest = await readAll(store.journal, at);
      expect(rest.entries.map((entry) => entry.id)).toEqual(idsUpTo(20).slice(index + 1));
    }
    const places = placed.map(({ at }) => at);
    expect(places.toReversed().toSorted(store.compare)).toEqual(places);
    expect(store.compare(await store.journal.end(), next)).toBe(0);
  });

  test("whoever fills a segment seals it without reading it again", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open({ mailSealBytes: 4_000_000 });
    const mailbox = store.mailbox(bob);
    for (let counter = 1; counter <= 20; counter++)
      await mailbox.append(message(counter, "x".repeat(200_000)));
    const segment = join(team.paths.mailbox(bob), "1.jsonl");
    expect(sealsIn(segment)).toBe(1);
    // Four megabytes are four readings.
    expect(fs.calls.filter((call) => call === `readFrom ${segment}`).length).toBeLessThan(3);
  });

  test("two processes that append in turn both follow the seals of the other", async () => {
    const team = await fileTeam();
    const [one, other] = [(await team.open(small)).store, (await team.open(small)).store];
    for (let counter = 1; counter <= 40; counter++) {
      const store = counter % 2 === 0 ? one : other;
      expect(await store.journal.append(claim(counter))).toBe("done");
    }

    const ids = (await readAll(one.journal)).entries.map((entry) => entry.id);

    expect([...new Set(ids)]).toEqual(idsUpTo(40));
    expect(await idsOf(other.journal)).toEqual(ids);
  });

  test("M5 an entry behind a seal is appended again before it is acknowledged, and the first one is void", async () => {
    const team = await fileTeam();
    const slow = (await team.open(small)).store;
    const { store } = await team.open(small);
    await slow.journal.append(claim(1));
    await fill(store, 2, 12);

    expect(await slow.journal.append(claim(13))).toBe("done");

    expect(await idsOf(store.journal)).toEqual(idsUpTo(13));
    expect(store.torn()).toMatchObject([{ path: team.segment(1), why: "behind_seal" }]);
    expect(await slow.journal.append(claim(14))).toBe("done");
    expect(await idsOf(store.journal)).toEqual(idsUpTo(14));
  });

  test.each(["before", "after"] as const)(
    "M5 a seal that comes right %s the write of another process loses and doubles nothing",
    async (when) => {
      const team = await fileTeam();
      const { store, fs } = await team.open(small);
      const sealer = (await team.open(small)).store;
      await store.journal.append(claim(1));
      const seal = async (): Promise<void> => {
        await fill(sealer, 100, 110);
      };
      fs.fault({
        call: "append",
        path: /1\.jsonl$/,
        fault: when === "before" ? { before: seal } : { after: seal },
      });

      expect(await store.journal.append(claim(2))).toBe("done");
      expect(await store.journal.append(claim(3))).toBe("done");

      const ids = await idsOf(store.journal);
      expect(ids.filter((one) => one === id(2))).toHaveLength(1);
      expect(ids.indexOf(id(2))).toBeLessThan(ids.indexOf(id(3)));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(1 + 3 + 11);
    },
  );

  test("M6 whoever finds the next segment over an unsealed one seals it: a reader", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    const { next } = await readAll(store.journal);
    writeFileSync(team.segment(2), encodeLine(toJson(claim(2))), { mode: 0o600 });

    expect((await readAll(store.journal, next)).entries).toEqual([]);
    expect((await readAll(store.journal, next)).entries).toEqual([claim(2)]);

    expect(sealsIn(team.segment(1))).toBe(1);
  });

  test("M6 whoever finds the next segment over an unsealed one seals it: a writer, before it is answered", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    appendFileSync(team.segment(2), "", { mode: 0o600 });

    expect(await store.journal.append(claim(1))).toBe("done");

    expect(sealsIn(team.segment(1))).toBe(1);
    expect(await idsOf((await team.open()).store.journal)).toEqual([first, id(1)]);
    expect(existsSync(team.segment(3))).toBe(false);
  });

  test("M6 two that seal at once leave one seal that counts", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(small);
    const other = (await team.open(small)).store;
    await store.journal.append(note(1, "x".repeat(600)));
    const alsoSeal = async (): Promise<void> => {
      await other.journal.append(claim(50));
    };
    fs.fault({ call: "create", path: /2\.jsonl$/, fault: { after: alsoSeal } });

    expect(await store.journal.append(claim(2))).toBe("done");
    expect(await store.journal.append(claim(3))).toBe("done");

    const ids = await idsOf(store.journal);
    expect(ids.toSorted()).toEqual([first, id(1), id(2), id(3), id(50)].toSorted());
  });

  test("C1 an entry counts although there is no room for the next segment, which the next append makes", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(small);
    fs.fault({ call: "create", fault: { fail: "ENOSPC" }, times: 3 });

    expect(new Set(await fill(store, 1, 20))).toEqual(new Set(["done"]));

    expect(await idsOf(store.journal)).toEqual(idsUpTo(20));
    expect(segmentsIn(team.paths.journal).length).toBeGreaterThan(2);
  });

  test("C8 a seal that was cut short is written again by the next one, and nothing is answered in between", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(small);
    await store.journal.append(note(1, "x".repeat(700)));
    fs.fault({
      call: "create",
      path: /2\.jsonl$/,
      fault: {
        after: async () => void fs.fault({ call: "append", path: /1\.jsonl$/, fault: { landOnly: 10 } }),
      },
    });

    expect(await store.journal.append(claim(2))).toBe("done");
    expect(sealsIn(team.segment(1))).toBe(0);
    expect(await store.journal.append(claim(3))).toBe("done");

    expect(sealsIn(team.segment(1))).toBe(1);
    expect(await idsOf(store.journal)).toEqual(idsUpTo(3));
  });

  test("H9 files that only look like segments are none", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    for (const name of ["2 (conflicted copy).jsonl", "02.jsonl", "2.jsonl.tmp", "1e3.jsonl", "-1.jsonl"]) {
      writeFileSync(join(team.paths.journal, name), encodeLine(toJson(claim(9))));
    }

    expect(await store.journal.append(claim(1))).toBe("done");
    expect(await idsOf(store.journal)).toEqual([first, id(1)]);
  });
});

describe("segments of a mailbox that were read", () => {
  test("M7 are removed by their owner's cursor a day later; unread and young ones stay", async () => {
    const { store, segment } = await filled();
    const { placed } = await readAll(store.mailbox(bob));
    const last = markOf(placed.at(-1));
    const inThird = markOf(placed.find(({ at }) => at.startsWith("3:")));
    makeOld(segment(1));
    makeOld(segment(3));

    await store.cursor(bob).save({ v: 1, delivered: last, read: inThird });

    expect([1, 2, 3].map((number) => existsSync(segment(number)))).toEqual([false, true, true]);
    expect(await store.cursor(bob).load()).toEqual({ v: 1, delivered: last, read: inThird });
    const left = await readAll(store.mailbox(bob));
    expect(left.entries).toEqual(placed.filter(({ at }) => !at.startsWith("1:")).map(({ entry }) => entry));
  });

  test("M7 a removed one is not made again by the next life of its owner, which would stop readers in front of it", async () => {
    const { team, store, segment } = await filled();
    const last = markOf((await readAll(store.mailbox(bob))).placed.at(-1));
    for (const number of [1, 2]) unlinkSync(segment(number));

    const next = (await team.open(small)).store;
    await next.cursor(bob).save({ v: 1, delivered: last, read: last });

    expect(existsSync(segment(1))).toBe(false);
    expect((await idsOf(next.mailbox(bob))).at(-1)).toBe(last.id);
  });

  test("M7 a writer that still has a removed one open appends again to the last, before it answers", async () => {
    const { team, store, segment } = await filled();
    const late = (await team.open(small)).store;
    await late.mailbox(bob).append(message(30, "opens the last segment"));
    const last = segmentsIn(team.paths.mailbox(bob)).length;
    for (let counter = 31; counter <= 45; counter++)
      await store.mailbox(bob).append(message(counter, "more"));
    unlinkSync(segment(last));

    expect(await late.mailbox(bob).append(message(46, "after a long sleep"))).toBe("done");

    const { entries } = await readAll(store.mailbox(bob), await store.mailbox(bob).end());
    expect(entries).toEqual([]);
    const inLast = readFileSync(segment(segmentsIn(team.paths.mailbox(bob)).at(-1) ?? 0), "utf8");
    expect(inLast).toContain(id(46));
    expect(existsSync(segment(last))).toBe(false);
  });

  test("M7 a reader that was at a removed one goes on with the lowest that is there", async () => {
    const { team, store, segment } = await filled();
    const slow = (await team.open(small)).store;
    const { next } = await slow.mailbox(bob).read(await slow.mailbox(bob).start());
    const { placed } = await readAll(store.mailbox(bob));
    unlinkSync(segment(1));
    unlinkSync(segment(2));

    const rest = await readAll((await team.open(small)).store.mailbox(bob), await store.mailbox(bob).start());

    expect(next.startsWith("2:")).toBe(true);
    expect(rest.entries).toEqual(
      placed.filter(({ at }) => Number(at.split(":")[0]) > 2).map(({ entry }) => entry),
    );
    expect((await readAll(slow.mailbox(bob), next)).entries).toEqual(rest.entries);
  });

  test("M21 a mark at the start of a segment is good while its entry, or nothing, stands in front of it", async () => {
    const { store, segment } = await filled();
    const { placed } = await readAll(store.mailbox(bob));
    const lastOfFirst = placed.findLast(({ at }) => at.startsWith("1:"));
    const startOfSecond = (await store.mailbox(bob).read(await store.mailbox(bob).start())).next;
    const mark = { position: startOfSecond, id: lastOfFirst?.entry.id ?? id(1) };
    const cursor = { v: 1, delivered: mark, read: mark } as const;
    const wrong = { position: startOfSecond, id: id(99) };

    await store.cursor(bob).save({ v: 1, delivered: wrong, read: wrong });
    expect(await store.cursor(bob).load()).toBeUndefined();
    await store.cursor(bob).save(cursor);
    expect(await store.cursor(bob).load()).toEqual(cursor);
    unlinkSync(segment(1));
    expect(await store.cursor(bob).load()).toEqual(cursor);
    const ahead = { position: "9:0", id: null } as unknown as Mark;
    await store.cursor(bob).save({ v: 1, delivered: ahead, read: mark });
    expect(await store.cursor(bob).load()).toBeUndefined();
  });
});
