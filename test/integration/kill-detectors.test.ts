import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Fs, OpenFile } from "../../src/base/files.ts";
import { EntryId, MemberName, TaskId } from "../../src/protocol/names.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import { lifeOf, runOf } from "../support/kill-reports.ts";
import { type Lies, scriptedLife } from "../support/kill-script.ts";
import { newKillTeam } from "../support/kill-team-here.ts";
import { verify } from "../support/verify.ts";
import { openFold } from "../support/verify-fold.ts";
import type { Rules, Violation } from "../support/verify-words.ts";

const user = "user" as const;
const one = TaskId.parse("1");
const w1 = MemberName.parse("w1");
const w2 = MemberName.parse("w2");

function numbers(violations: readonly Violation[]): number[] {
  return [...new Set(violations.map(({ invariant }) => invariant))].toSorted((first, other) => first - other);
}

const isMail = ({ path }: { readonly path: string }): boolean => path.includes("/mail/");

/** A disk whose appends to mailboxes are `append`, and that says of the file what its writer wants to hear. */
function appending(append: (honest: Fs, file: OpenFile, bytes: Uint8Array) => Promise<void>): Lies {
  let told = 0;
  return {
    fs: (honest) => ({
      append: async (file, bytes) => {
        if (!isMail(file)) return honest.append(file, bytes);
        told = (await honest.facts(file)).size + bytes.length;
        await append(honest, file, bytes);
        return bytes.length;
      },
      facts: async (file) => {
        const facts = await honest.facts(file);
        return isMail(file) && told > 0 ? { ...facts, size: told } : facts;
      },
    }),
  };
}

test("honest lives by hand have nothing to be reported", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const a = await scriptedLife(configDir, "w1");
  const b = await scriptedLife(configDir, "w2");

  await a.claim(1);
  await b.claim(1);
  await b.claim(2);
  for (const to of ["w1", "w2", "w1"]) await a.send(to);
  await b.send("w1", 200);
  await a.take();
  await b.take();
  await a.hash();

  const lives = [await a.end(), await b.end()];
  expect(verify(teamDir, runOf(lives, { drained: ["mail/w1", "mail/w2"] }))).toEqual([]);
});

test("a disk without O_APPEND is found: it writes where the file ended when it last looked", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const ends = new Map<string, number>();
  const a = await scriptedLife(configDir, "w1", {
    fs: (honest) => ({
      append: async (file, bytes) => {
        const there = readFileSync(file.path);
        const at = ends.get(file.path) ?? there.length;
        ends.set(file.path, at + bytes.length);
        if (!isMail(file)) return honest.append(file, bytes);
        writeFileSync(
          file.path,
          Buffer.concat([there.subarray(0, at), bytes, there.subarray(at + bytes.length)]),
        );
        return bytes.length;
      },
    }),
  });
  const b = await scriptedLife(configDir, "w2");

  await a.send("w1");
  await b.send("w1");
  await a.send("w1");

  expect(numbers(verify(teamDir, runOf([await a.end(), await b.end()])))).toContain(1);
});

test("a disk that answers and does not write is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const a = await scriptedLife(
    configDir,
    "w1",
    appending(async () => {}),
  );

  await a.send("w2");

  expect(numbers(verify(teamDir, runOf([await a.end()])))).toEqual([1]);
});

test("a short write that is continued is found: somebody wrote in between", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  const a = await scriptedLife(
    configDir,
    "w1",
    appending(async (honest, file, bytes) => {
      await honest.append(file, bytes.subarray(0, 50));
      await b.send("w3");
      await honest.append(file, bytes.subarray(50));
    }),
  );

  await a.send("w3");

  expect(numbers(verify(teamDir, runOf([await a.end(), await b.end()])))).toEqual([1, 7]);
});

test("a line without its leading newline is found behind what a killed writer left", async () => {
  const { configDir, teamDir, file } = await newKillTeam();
  const a = await scriptedLife(
    configDir,
    "w1",
    appending(async (honest, log, bytes) => void (await honest.append(log, bytes.subarray(1)))),
  );
  await a.send("w2");
  const killed = lifeOf("w3", ["UP life-of-w3"], { killed: true });
  appendFileSync(file("mail/w2/1.jsonl"), '\n{"v":1,"id":"life-of-w3.1","at":"20');

  await a.send("w2");

  // The store finds out before it acknowledges and appends again; the line that it spoiled is nobody's who was killed.
  expect(numbers(verify(teamDir, runOf([await a.end(), killed], { kills: 1 })))).toEqual([7]);
});

test("a reader that does not look at checksums is found: it believes a damaged entry", async () => {
  const { configDir, teamDir, file } = await newKillTeam();
  const killed = lifeOf("w3", ["UP life-of-w3"], { killed: true });
  const line = encodeLine('{"v":1,"id":"life-of-w3.1","at":"","op":"claim","by":"w3","task":"1"}');
  const torn = Buffer.from(line.toString("latin1").replace('"task":"1"', '"task":"9"'), "latin1");
  appendFileSync(file("journal/1.jsonl"), torn);
  const believed = encodeLine('{"v":1,"id":"life-of-w3.1","at":"","op":"claim","by":"w3","task":"9"}');
  const a = await scriptedLife(configDir, "w1", {
    fs: (honest) => ({
      readFrom: async (log, offset, max) => {
        const bytes = Buffer.from(await honest.readFrom(log, offset, max));
        const at = bytes.indexOf(torn);
        if (at >= 0) believed.copy(bytes, at);
        return bytes;
      },
    }),
  });

  await a.claim(2);
  await a.hash();

  expect(numbers(verify(teamDir, runOf([await a.end(), killed], { kills: 1 })))).toEqual([4]);
});

test("a reader that skips an entry is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  await b.claim(1);
  const a = await scriptedLife(configDir, "w1", {
    fs: (honest) => ({
      readFrom: async (log, offset, max) => {
        const bytes = Buffer.from(await honest.readFrom(log, offset, max));
        const start = log.path.includes("/journal/") ? bytes.indexOf('{"v":1,"id":"life-of-w2.1"') : -1;
        if (start >= 0) bytes.fill("\n", start, bytes.indexOf("\n", start));
        return bytes;
      },
    }),
  });

  expect(await a.claim(1)).toBe(true);
  await a.hash();

  expect(numbers(verify(teamDir, runOf([await a.end(), await b.end()])))).toEqual([4]);
});

const SMALL = 8 * 1024;

test("a writer that ignores a seal is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const a = await scriptedLife(configDir, "w1", {
    fs: (honest) => ({ stat: async (path) => (path.endsWith("/2.jsonl") ? undefined : honest.stat(path)) }),
  });
  const b = await scriptedLife(configDir, "w2", { sealBytes: SMALL });
  await a.send("w3");
  await b.send("w3", SMALL);
  await b.send("w3");

  await a.send("w3");

  expect(existsSync(join(teamDir, "mail/w3/2.jsonl"))).toBe(true);
  expect(verify(teamDir, runOf([await a.end(), await b.end()]))).toMatchObject([
    { invariant: 1, what: expect.stringMatching(/stands behind the seal/) as unknown },
  ]);
});

test("a segment that is made after the seal of the one before is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const a = await scriptedLife(configDir, "w1");
  const b = await scriptedLife(configDir, "w2", {
    sealBytes: SMALL,
    fs: (honest) => ({
      create: async (path, bytes) => {
        if (path.endsWith("/2.jsonl")) {
          appendFileSync(join(path, "../1.jsonl"), encodeLine('{"v":1,"op":"seal"}'));
          await a.send("w3");
        }
        return honest.create(path, bytes);
      },
    }),
  });

  await b.send("w3", SMALL);

  expect(numbers(verify(teamDir, runOf([await a.end(), await b.end()])))).toEqual([1]);
});

test("a snapshot that is taken without its checks is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  await b.claim(1);
  const { entries, next } = await b.store.journal.read(await b.store.journal.start());
  const last = entries.at(-1)?.entry.id ?? EntryId.parse("nobody.1");
  // Of a power cut: the snapshot stands and what it was made of does not.
  const state = { tasks: [], members: [], approvals: [], counters: [], folded: entries.length };
  const a = await scriptedLife(configDir, "w1", {
    store: (honest) => ({
      snapshot: { ...honest.snapshot, load: async (fold) => ({ fold, position: next, lastId: last, state }) },
    }),
  }).catch((error: unknown) => error);

  expect(a).toMatchObject({ code: "journal_damaged" });
  const told = openFold();
  const stale = lifeOf("w1", ["UP life-of-w1", `EXIT ${last} ${told.hash()}`]);
  expect(numbers(verify(teamDir, runOf([stale, await b.end()])))).toEqual([4]);
});

test("a cursor that is believed ahead of its log is found: new mail stands in front of it", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  await b.send("w1");
  const end = await b.store.mailbox(w1).end();
  const mark = { position: end, id: EntryId.parse("life-of-w2.9") };
  const a = await scriptedLife(configDir, "w1", {
    store: (honest) => ({
      cursor: (owner) => ({
        ...honest.cursor(owner),
        load: async () => ({ v: 1, delivered: mark, read: mark }),
      }),
    }),
  });

  await a.take();

  const run = runOf([await a.end(), await b.end()], { drained: ["mail/w1"] });
  expect(verify(teamDir, run)).toMatchObject([
    { invariant: 1, what: expect.stringMatching(/never given to its reader/) as unknown },
  ]);
});

test("a claimer that does not read back is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  const a = await scriptedLife(configDir, "w1");
  await b.claim(1);
  const id = EntryId.parse("life-of-w1.1");

  a.say(`CALL 7 ${process.hrtime.bigint()} {"op":"claim","by":"w1","task":"1"}`);
  await a.store.journal.append({ v: 1, id, at: "", op: "claim", by: w1, task: one });
  a.say(`RET 7 ${process.hrtime.bigint()} ok ${id} -`);
  a.say(`WON 1 ${id} 1`);

  const found = verify(teamDir, runOf([await a.end(), await b.end()]));
  expect(numbers(found)).toEqual([4]);
  const texts = found.map(({ what }) => what).join("\n");
  expect(texts).toMatch(/which does not count/);
  expect(texts).toMatch(/was answered ok at life-of-w1.1, where it is taken/);
  expect(texts).toMatch(/no order explains the history of task 1/);
});

test("rules that forget which ids they have seen are found", async () => {
  const { configDir, teamDir, file } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  await b.claim(1);
  const claim = readFileSync(file("journal/1.jsonl"), "utf8").split("\n").at(-2) ?? "";
  await b.commit({
    op: "release",
    by: user,
    task: one,
    claim: EntryId.parse("life-of-w2.1"),
    why: "given_back",
  });
  // As after an append whose answer was lost, or a sleep of an hour.
  appendFileSync(file("journal/1.jsonl"), `\n${claim}\n`);
  const forgetful = openFold();
  const { entries } = await b.store.journal.read(await b.store.journal.start());
  for (const [index, { entry }] of entries.entries())
    forgetful.apply({ ...entry, id: index === entries.length - 1 ? "another-1.1" : entry.id });

  const last = entries.at(-1)?.entry.id;
  const a = lifeOf("w1", ["UP life-of-w1", `EXIT ${last} ${forgetful.hash()}`]);

  expect(numbers(verify(teamDir, runOf([a, await b.end()])))).toEqual([4]);
});

/** Lets everything count. */
const careless = (): Rules => ({ ...openFold(), apply: () => true });

test("rules without the fencing token are found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  const a = await scriptedLife(configDir, "w1");
  await b.claim(1);
  const old = EntryId.parse("life-of-w2.1");
  await b.commit({ op: "release", by: user, task: one, claim: old, why: "given_back" });
  await a.claim(1);
  await b.store.journal.append({
    v: 1,
    id: EntryId.parse("life-of-w2.7"),
    at: "",
    op: "complete",
    by: w2,
    task: one,
    claim: old,
  });

  const run = runOf([await a.end(), await b.end()]);
  expect(verify(teamDir, run)).toEqual([]);
  expect(numbers(verify(teamDir, run, careless))).toContain(6);
});

test("a temporary file that an unlink without effect leaves is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const a = await scriptedLife(configDir, "w1", {
    fs: () => ({
      rename: async () => {
        throw Object.assign(new Error("EIO: rename"), { errno: -5, code: "EIO", syscall: "rename" });
      },
      unlink: async () => {},
    }),
  });
  const trouble = await a.store.bodies.put("x".repeat(300_000)).catch((error: unknown) => error);

  expect(trouble).toMatchObject({ cause: { code: "EIO" } });
  expect(numbers(verify(teamDir, runOf([await a.end()])))).toEqual([8]);
});

test("a rename that copies is found by whoever reads in the meantime", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const seen: string[] = [];
  const look = (path: string): void => {
    try {
      JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      seen.push(`BAD ${path} ${String(error)}`);
    }
  };
  const a = await scriptedLife(configDir, "w1", {
    fs: (honest) => ({
      rename: async (from, to) => {
        writeFileSync(to, readFileSync(from).subarray(0, 20));
        look(to);
        writeFileSync(to, readFileSync(from));
        await honest.unlink(from);
      },
    }),
  });
  const mark = { position: await a.store.mailbox(w1).start(), id: null };
  await a.store.cursor(w1).save({ v: 1, delivered: mark, read: mark });

  const reader = lifeOf("reader", [...seen, "READ 1"]);
  expect(numbers(verify(teamDir, runOf([await a.end()], { reader })))).toEqual([7]);
});

test("a task that is taken from a sleeping process as a dead one's is found", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const a = await scriptedLife(configDir, "w1");
  const b = await scriptedLife(configDir, "w2");
  await a.claim(1);
  await b.commit({ op: "release", by: w2, task: one, claim: EntryId.parse("life-of-w1.1"), why: "died" });

  expect(verify(teamDir, runOf([await a.end(), await b.end()]))).toMatchObject([
    { invariant: 4, what: expect.stringMatching(/while its process lived/) as unknown },
  ]);
});

test("a life that cannot go on after the death of another is found", async () => {
  const { teamDir } = await newKillTeam();
  const failed = lifeOf("w1", ["UP life-of-w1"], { code: 1, complaint: "ENOENT" });
  expect(numbers(verify(teamDir, runOf([failed])))).toEqual([9]);
});
