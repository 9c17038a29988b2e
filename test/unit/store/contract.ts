import { describe, expect, onTestFinished, test } from "vitest";
import type { Cursor, RunFile } from "../../../src/protocol/files.ts";
import { Position, SubagentId } from "../../../src/protocol/names.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  ada,
  bob,
  claim,
  id,
  idsOf,
  message,
  note,
  readAll,
  teamEntry,
} from "../../support/store-entries.ts";

/** Opens a store on one new team; called again, another process's store on the same team. */
export type OpenStore = () => Promise<Store>;

/** What every store promises, whatever it is made of. `newTeam` makes a team whose journal begins with `teamEntry()`. */
export function storeContract(name: string, newTeam: () => Promise<OpenStore>): void {
  const openTeam = async (): Promise<OpenStore> => {
    const open = await newTeam();
    return async () => {
      const store = await open();
      onTestFinished(() => store.close());
      return store;
    };
  };
  const openOne = async (): Promise<Store> => (await openTeam())();

  describe(`the log of ${name}`, () => {
    test("begins with the entry that made the team", async () => {
      const { journal } = await openOne();

      const { entries } = await readAll(journal);

      expect(entries).toEqual([teamEntry()]);
    });

    test("gives entries back in the order of their appends, whole, unknown fields kept", async () => {
      const { journal } = await openOne();
      const odd = { ...note(2, 'tab\t, newline\n, quote ", é 🦉, \u0007'), later: { deep: [1, null] } };

      const answers = [await journal.append(claim(1)), await journal.append(odd)];

      expect(answers).toEqual(["done", "done"]);
      const { entries } = await readAll(journal);
      expect(entries).toEqual([teamEntry(), claim(1), odd]);
    });

    test("shows the appends of one process to another", async () => {
      const open = await openTeam();
      const [one, other] = [await open(), await open()];

      await one.journal.append(claim(1));
      await other.journal.append(claim(2));

      expect(await idsOf(one.journal)).toEqual(["instance-0.1", id(1), id(2)]);
      expect(await idsOf(other.journal)).toEqual(await idsOf(one.journal));
    });

    test("reads on from the place of any entry, and from where the last reading ended", async () => {
      const { journal } = await openOne();
      for (const counter of [1, 2, 3]) await journal.append(claim(counter));
      const { placed, next } = await readAll(journal);

      const afterFirst = await readAll(journal, placed[1]?.at);
      await journal.append(claim(4));
      const afterAll = await readAll(journal, next);

      expect(afterFirst.entries).toEqual([claim(2), claim(3)]);
      expect(afterAll.entries).toEqual([claim(4)]);
    });

    test("orders places as it orders entries", async () => {
      const store = await openOne();
      for (const counter of [1, 2, 3]) await store.journal.append(claim(counter));

      const { placed, next } = await readAll(store.journal);

      const places = placed.map((one) => one.at);
      expect(places.toReversed().toSorted(store.compare)).toEqual(places);
      expect(store.compare(next, placed.at(-1)?.at ?? next)).toBeGreaterThanOrEqual(0);
      expect(store.compare(await store.journal.start(), places[0] ?? next)).toBeLessThan(0);
    });

    test("ends behind the last entry", async () => {
      const { journal } = await openOne();
      await journal.append(claim(1));
      const end = await journal.end();

      await journal.append(claim(2));

      expect((await readAll(journal, end)).entries).toEqual([claim(2)]);
    });

    test("reads nothing, at the same place, when there is nothing new", async () => {
      const { journal } = await openOne();
      const { next } = await readAll(journal);

      for (let times = 0; times < 3; times++) {
        expect(await journal.read(next)).toEqual({ entries: [], torn: [], next, atEnd: true });
      }
    });

    test("M20 reads far more than a chunk in order, in more than one piece", async () => {
      const { journal } = await openOne();
      const text = "x".repeat(4_000);
      for (let counter = 1; counter <= 300; counter++) await journal.append(note(counter, text));

      const ids = await idsOf(journal);

      expect(ids.slice(1)).toEqual(Array.from({ length: 300 }, (_, index) => id(index + 1)));
      expect((await journal.read(await journal.start())).atEnd).toBe(false);
    });

    test("M4 gives an entry that was appended twice under one id twice: its reader counts it once", async () => {
      const { journal } = await openOne();

      await journal.append(claim(1));
      await journal.append(claim(1));

      expect(await idsOf(journal)).toEqual(["instance-0.1", id(1), id(1)]);
    });

    test("D7 refuses an entry that nests so deep that no reader would take it", async () => {
      const { agentLog } = await openOne();
      const log = agentLog(ada, "transcript");

      await expect(log.append({ id: id(1), input: nested(120) })).rejects.toMatchObject({
        code: "usage",
        message: /^a log entry of .* nests too deep/,
      });

      expect(await log.append({ id: id(2), input: nested(90) })).toBe("done");
      expect(await idsOf(log)).toEqual([id(2)]);
    });

    test("M16 refuses an entry above 1 MiB and leaves the log as it was", async () => {
      const { mailbox } = await openOne();
      const bobs = mailbox(bob);
      await bobs.append(message(1, "x".repeat(1024 * 1024 - 1000)));

      const refused = bobs.append(message(2, "x".repeat(1024 * 1024)));

      await expect(refused).rejects.toMatchObject({ code: "usage", message: /limit is 1 MiB/ });
      expect(await idsOf(bobs)).toEqual([id(1)]);
    });

    test("D11 refuses an entry that its readers would skip", async () => {
      const { journal } = await openOne();

      const refused = journal.append({ ...claim(1), task: 7 } as never);

      await expect(refused).rejects.toMatchObject({ code: "usage", message: /^not a journal entry: task/ });
      expect(await idsOf(journal)).toEqual(["instance-0.1"]);
    });

    test("D10 replaces lone surrogates once, always the same way", async () => {
      const { journal } = await openOne();

      await journal.append(note(1, "a\uD800b\uDC00c 🦉 \\ud800"));

      expect((await readAll(journal)).entries[1]).toEqual(note(1, "a\uFFFDb\uFFFDc 🦉 \\ud800"));
    });

    test("D6 lets no __proto__ through to the prototype of an entry", async () => {
      const { journal } = await openOne();
      const odd = JSON.parse(`{"__proto__":{"admin":true},"constructor":1}`) as object;

      await journal.append({ ...claim(1), nested: odd });

      const entry = (await readAll(journal)).entries[1] as unknown as { nested: Record<string, unknown> };
      expect(Object.getPrototypeOf(entry.nested)).toBe(Object.prototype);
      expect(entry.nested["admin"]).toBeUndefined();
      expect(Object.keys(entry.nested)).toEqual(["constructor"]);
    });

    test("hints at an append by another process, once at once, and ends with its signal", async () => {
      const open = await openTeam();
      const [one, other] = [await open(), await open()];
      const stop = new AbortController();
      const changes = one.journal.changes(stop.signal)[Symbol.asyncIterator]();
      const atOnce = await changes.next();
      const atAppend = changes.next();

      await other.journal.append(claim(1));

      expect([atOnce.done, (await atAppend).done]).toEqual([false, false]);
      stop.abort();
      expect((await changes.next()).done).toBe(true);
    });
  });

  describe(`mailboxes and agent logs of ${name}`, () => {
    test("a mailbox is empty before its first use, and one for all spellings of a name", async () => {
      const { mailbox } = await openOne();
      const bobs = mailbox(bob);

      expect(await readAll(bobs)).toMatchObject({ entries: [] });
      expect(await bobs.end()).toEqual(await bobs.start());
      await mailbox("Bob" as typeof bob).append(message(1, "hello"));

      expect((await readAll(bobs)).entries).toEqual([message(1, "hello")]);
      expect((await readAll(mailbox("user"))).entries).toEqual([]);
    });

    test("a mailbox that was looked at before its first use is read on from there", async () => {
      const open = await openTeam();
      const [sender, owner] = [await open(), await open()];
      const { next } = await readAll(owner.mailbox(bob));

      await sender.mailbox(bob).append(message(1, "hello"));

      expect((await readAll(owner.mailbox(bob), next)).entries).toEqual([message(1, "hello")]);
    });

    test("an agent's logs keep whatever it writes, apart from one another", async () => {
      const { agentLog } = await openOne();

      await agentLog(ada, "events").append({ id: id(1), kind: "turn", list: [1, { a: null }] });
      await agentLog(ada, "transcript").append({ id: id(2), role: "user" });

      expect((await readAll(agentLog(ada, "events"))).entries).toEqual([
        { id: id(1), kind: "turn", list: [1, { a: null }] },
      ]);
      expect((await readAll(agentLog(ada, "transcript"))).entries).toEqual([{ id: id(2), role: "user" }]);
      expect((await readAll(agentLog(bob, "events"))).entries).toEqual([]);
    });

    test("each subagent of a member has a log of its own, and they are listed once they hold something", async () => {
      const open = await openTeam();
      const [store, other] = [await open(), await open()];
      const [first, second] = [SubagentId.parse("sub-agent-1"), SubagentId.parse("Sub_Agent-2")];
      expect(await store.subagents(ada)).toEqual([]);
      const [one, two] = [store.subagentLog(ada, first), store.subagentLog(ada, second)];

      await one.append({ id: id(1), role: "user" });
      await two.append({ id: id(2), role: "user" });
      await one.append({ id: id(3), role: "assistant" });
      await one.close();
      await two.close();

      expect((await other.subagents("ADA" as typeof ada)).toSorted()).toEqual([second, first]);
      expect(await other.subagents(bob)).toEqual([]);
      const log = other.subagentLog(ada, first);
      onTestFinished(log.close);
      expect((await readAll(log)).entries).toEqual([
        { id: id(1), role: "user" },
        { id: id(3), role: "assistant" },
      ]);
      expect((await readAll(store.agentLog(ada, "events"))).entries).toEqual([]);
    });
  });

  describe(`snapshot and cursor of ${name}`, () => {
    test("a snapshot comes back for the same rules, and not for others", async () => {
      const open = await openTeam();
      const { journal, snapshot } = await open();
      await journal.append(claim(1));
      const { placed } = await readAll(journal);
      const made = {
        fold: 3,
        position: placed[1]?.at ?? Position.parse(""),
        lastId: id(1),
        state: { tasks: [1] },
      };
      expect(await snapshot.load(3)).toBeUndefined();

      await snapshot.save(made);
      await journal.append(claim(2));

      expect(await (await open()).snapshot.load(3)).toEqual(made);
      expect(await snapshot.load(4)).toBeUndefined();
    });

    test("a snapshot that was taken where a reading ended is as good", async () => {
      const { journal, snapshot } = await openOne();
      await journal.append(claim(1));
      const { next } = await readAll(journal);

      await snapshot.save({ fold: 1, position: next, lastId: id(1), state: null });

      expect(await snapshot.load(1)).toMatchObject({ position: next, lastId: id(1) });
    });

    test("M21 a cursor whose ids do not stand at its places is none", async () => {
      const { mailbox, cursor } = await openOne();
      await mailbox(bob).append(message(1, "one"));
      await mailbox(bob).append(message(2, "two"));
      const { placed } = await readAll(mailbox(bob));
      const start = { position: await mailbox(bob).start(), id: null };
      const [first, second] = placed.map(({ at, entry }) => ({ position: at, id: entry.id }));
      const good: Cursor = { v: 1, delivered: second ?? start, read: first ?? start };
      expect(await cursor(bob).load()).toBeUndefined();

      await cursor(bob).save(good);
      expect(await cursor(bob).load()).toEqual(good);
      await cursor(bob).save({ v: 1, delivered: start, read: start });
      expect(await cursor(bob).load()).toEqual({ v: 1, delivered: start, read: start });

      await cursor(bob).save({ ...good, read: { position: good.delivered.position, id: id(1) } });
      expect(await cursor(bob).load()).toBeUndefined();
      await cursor(bob).save({ ...good, read: { position: good.read.position, id: null } });
      expect(await cursor(bob).load()).toBeUndefined();
    });

    test("a cursor may be saved before the first message", async () => {
      const { mailbox, cursor } = await openOne();
      const start = { position: await mailbox(bob).start(), id: null };

      await cursor(bob).save({ v: 1, delivered: start, read: start });

      expect(await cursor(bob).load()).toEqual({ v: 1, delivered: start, read: start });
    });
  });

  describe(`presence and bodies of ${name}`, () => {
    test("a life is read by everybody and removed only by its own instance", async () => {
      const open = await openTeam();
      const { presence } = await open();
      const mine = runFile("instance-a");
      expect(await presence.read(ada)).toBeUndefined();

      await presence.write(mine);
      await presence.write({ ...runFile("instance-s"), member: null });
      await presence.remove(ada, "instance-b");

      const other = (await open()).presence;
      expect(await other.read(ada)).toEqual(mine);
      expect(await other.read(undefined)).toEqual({ ...runFile("instance-s"), member: null });
      await presence.remove(ada, "instance-a");
      await presence.remove(ada, "instance-a");
      expect(await other.read(ada)).toBeUndefined();
    });

    test("D8 a body is kept once under the hash of its bytes; above 10 MiB it is refused", async () => {
      const open = await openTeam();
      const { bodies } = await open();

      const names = [await bodies.put("é 🦉"), await bodies.put("é 🦉")];

      expect(new Set(names).size).toBe(1);
      expect(names[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(await (await open()).bodies.get(names[0] ?? "")).toBe("é 🦉");
      expect(await bodies.get("0".repeat(64))).toBeUndefined();
      expect(await bodies.get("../journal/1.jsonl")).toBeUndefined();
      const tooLong = bodies.put("x".repeat(10 * 1024 * 1024 + 1));
      await expect(tooLong).rejects.toMatchObject({ code: "usage", message: /limit is 10 MiB/ });
    });
  });
}

function runFile(instance: string): RunFile {
  const usage = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, costUsd: null };
  const life = { instance, member: ada, version: "1", startedAt: "x", beat: "x", since: "x" };
  const rest = {
    status: "idle",
    task: null,
    model: null,
    usage,
    context: { used: 0, max: null },
    later: [1],
  };
  return { v: 1, pid: 1, startTime: "1", bootId: "b", pidNs: "", ...life, ...rest } as unknown as RunFile;
}

/** Boxes in boxes, in a line long enough to be looked at. */
function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce((inner: unknown) => ({ inner }), "x".repeat(1100));
}
