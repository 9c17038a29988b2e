import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeLine, toJson } from "../../../../src/store/line-codec.ts";
import { ada, bob, claim, id, idsOf, message, readAll, teamEntry } from "../../../support/store-entries.ts";
import { type FileTeam, fileTeam } from "../../../support/store-team.ts";

const first = "instance-0.1";
const line = (value: object): Buffer => encodeLine(toJson(value));

describe("lines that do not count", () => {
  test("M1 a torn line is skipped, remembered once with its place, and harms no neighbour", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    await store.journal.append(claim(1));
    const offset = readFileSync(team.segment(1)).length + 1;
    appendFileSync(team.segment(1), line(claim(2)).subarray(0, 40));
    await store.journal.append(claim(3));

    expect(await idsOf(store.journal)).toEqual([first, id(1), id(3)]);
    expect(await idsOf(store.journal)).toEqual([first, id(1), id(3)]);

    expect(store.torn()).toEqual([{ path: team.segment(1), offset, bytes: 39, why: "checksum" }]);
  });

  test("M3 the beginning of a line is waited for where it stands, and read when it is whole", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    const whole = line(claim(1));
    const { next } = await readAll(store.journal);

    appendFileSync(team.segment(1), whole.subarray(0, 40));
    const early = await readAll(store.journal, next);
    appendFileSync(team.segment(1), whole.subarray(40));

    expect(early.entries).toEqual([]);
    expect((await readAll(store.journal, early.next)).entries).toEqual([claim(1)]);
    expect(store.torn()).toEqual([]);
  });

  test("D5 D11 a line with a right checksum that is no entry is skipped and says why", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    for (const odd of [
      { v: 1, op: "dance", id: id(1) },
      { ...claim(2), task: 2 },
      { op: "claim" },
      { v: "1" },
    ]) {
      appendFileSync(team.segment(1), line(odd));
    }
    appendFileSync(team.segment(1), "\n[1,2]\n\0\0\0\n");
    await store.journal.append(claim(3));

    expect(await idsOf(store.journal)).toEqual([first, id(3)]);

    expect(store.torn().map(({ why }) => why)).toEqual([
      "schema",
      "schema",
      "schema",
      "schema",
      "checksum",
      "checksum",
    ]);
  });

  test("M15 an entry of a newer format stops the reader there, with what stands in front of it delivered", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    await store.journal.append(claim(1));
    appendFileSync(team.segment(1), line({ ...claim(2), v: 7 }));

    const before = await store.journal.read(await store.journal.start());

    expect(before.entries.map(({ entry }) => entry.id)).toEqual([first, id(1)]);
    const stopped = store.journal.read(before.next);
    await expect(stopped).rejects.toMatchObject({ code: "newer_format", message: /format 7 .* knows 1$/ });
    await expect(store.journal.read(before.next)).rejects.toMatchObject({ details: { version: 7 } });
  });

  test("M16 a line of megabytes is dropped unread, in flat memory, as soon as it ends", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    const { next } = await readAll(store.journal);
    const piece = Buffer.alloc(4 * 1024 * 1024, "x");
    for (let pieces = 0; pieces < 10; pieces++) appendFileSync(team.segment(1), piece);

    const without = await readAll(store.journal, next);
    const before = process.memoryUsage().arrayBuffers;
    const again = await readAll(store.journal, without.next);
    await store.journal.append(claim(1));

    expect([without.entries, without.next, again.next]).toEqual([[], next, next]);
    expect((await readAll(store.journal, next)).entries).toEqual([claim(1)]);
    expect(store.torn()).toMatchObject([{ bytes: 10 * piece.length, why: "too_long" }]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  test("M16 a whole line above 1 MiB with a right checksum does not count either", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    appendFileSync(team.segment(1), line({ ...claim(1), pad: "x".repeat(1024 * 1024) }));
    await store.journal.append(claim(2));

    expect(await idsOf(store.journal)).toEqual([first, id(2)]);
    expect(store.torn()).toMatchObject([{ why: "too_long" }]);
  });
});

/** A team whose journal was read to its end; `looks` is the poll of each second. */
async function readTeam(): Promise<{
  team: FileTeam;
  looks: () => Promise<unknown>;
  append: () => Promise<unknown>;
}> {
  const team = await fileTeam();
  const { store } = await team.open();
  await store.journal.append(claim(1));
  const { next } = await readAll(store.journal);
  const looks = async (): Promise<unknown> => {
    // The second look in vain asks for the file itself.
    await store.journal.read(next);
    return store.journal.read(next);
  };
  return { team, looks, append: () => store.journal.append(claim(2)) };
}

describe("a log that is not what it was", () => {
  test("M10 one that shrank stops its readers, with both sizes", async () => {
    const { team, looks } = await readTeam();
    const size = readFileSync(team.segment(1)).length;
    truncateSync(team.segment(1), 10);

    await expect(looks()).rejects.toMatchObject({
      code: "journal_damaged",
      message: `${team.segment(1)} shrank: it has 10 bytes, ${size} were read`,
    });
    await expect(looks()).rejects.toMatchObject({ code: "journal_damaged" });
  });

  test("M10 one whose bytes changed in front of the reader stops it", async () => {
    const { team, looks } = await readTeam();
    writeFileSync(team.segment(1), "x".repeat(5_000));

    await expect(looks()).rejects.toMatchObject({ code: "journal_damaged", message: /no line ends at byte/ });
  });

  test("M10 F2 one that was replaced stops its readers; nothing is acknowledged into the removed file", async () => {
    const { team, looks, append } = await readTeam();
    writeFileSync(`${team.segment(1)}.copy`, readFileSync(team.segment(1)));
    renameSync(`${team.segment(1)}.copy`, team.segment(1));

    await expect(looks()).rejects.toMatchObject({
      code: "journal_damaged",
      message: /replaced by another file/,
    });
    await expect(append()).rejects.toMatchObject({ code: "journal_damaged" });
  });

  test("M10 F1 one that was removed, or moved away with its folder, is not made again", async () => {
    const removed = await readTeam();
    rmSync(removed.team.segment(1));
    const moved = await readTeam();
    renameSync(moved.team.paths.root, `${moved.team.paths.root}.deleted-1`);

    await expect(removed.looks()).rejects.toMatchObject({ code: "journal_damaged", message: /is gone/ });
    await expect(removed.append()).rejects.toMatchObject({ code: "journal_damaged" });
    await expect(moved.looks()).rejects.toMatchObject({ code: "journal_damaged", message: /is gone/ });
    await expect(removed.append()).rejects.toMatchObject({ code: "journal_damaged" });
  });

  test("F1 no mailbox, cursor or life is made in a team folder that is gone", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    rmSync(team.paths.root, { recursive: true });
    const start = { position: await store.mailbox(bob).start(), id: null };

    const failed = [
      store.mailbox(bob).append(message(1, "hello")),
      store.agentLog(ada, "events").append({ id: id(1) }),
      store.cursor(bob).save({ v: 1, delivered: start, read: start }),
    ];

    for (const one of failed) await expect(one).rejects.toMatchObject({ code: "journal_damaged" });
    await expect(team.open()).rejects.toMatchObject({ code: "team_not_found" });
  });

  test("M8 a snapshot ahead of its journal, or of another one, is none", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    await store.journal.append(claim(1));
    const { placed } = await readAll(store.journal);
    const position = placed[1]?.at ?? (await store.journal.end());
    await store.snapshot.save({ fold: 1, position, lastId: id(1), state: {} });
    const whole = readFileSync(team.segment(1));

    // A power cut took the last line away; then another one of the same length came.
    truncateSync(team.segment(1), whole.length - 10);
    expect(await store.snapshot.load(1)).toBeUndefined();
    const others = line({ ...claim(1), at: "2026-11-20T12:00:00.001Z" });
    writeFileSync(team.segment(1), Buffer.concat([line(teamEntry()), others]));

    expect(others.length).toBe(line(claim(1)).length);
    expect(await store.snapshot.load(1)).toBeUndefined();
  });

  test("M11 a snapshot up to a line that was changed since is not written: trouble with a name, no bug", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    await store.journal.append(claim(1));
    const { next } = await readAll(store.journal);
    const bytes = readFileSync(team.segment(1));
    bytes.write("x", bytes.length - 30);
    writeFileSync(team.segment(1), bytes);

    const saved = store.snapshot.save({ fold: 1, position: next, lastId: id(1), state: {} });

    await expect(saved).rejects.toMatchObject({
      code: "journal_damaged",
      message: `${team.paths.snapshot} is not written: no entry ${id(1)} stands at ${next}`,
    });
  });

  test("D2 a snapshot, a cursor or a life of NULs, or cut, is none", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    mkdirSync(team.paths.agent(ada));
    mkdirSync(team.paths.mailbox(bob));
    for (const bytes of ["", "\0".repeat(100), '{"v":1', "[]", "null\n"]) {
      for (const path of [
        team.paths.snapshot,
        team.paths.cursor(bob),
        join(team.paths.agent(ada), "run.json"),
      ]) {
        writeFileSync(path, bytes);
      }
      expect(await store.snapshot.load(1)).toBeUndefined();
      expect(await store.cursor(bob).load()).toBeUndefined();
      expect(await store.presence.read(ada)).toBeUndefined();
    }
  });

  test("D2 a body that is not what its name says is none, and is written anew", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    const name = await store.bodies.put("the text");
    writeFileSync(join(team.paths.bodies, name), "\0".repeat(8));

    expect(await store.bodies.get(name)).toBeUndefined();
    await store.bodies.put("the text");

    expect(await store.bodies.get(name)).toBe("the text");
  });
});

describe("files that are not ours", () => {
  const cases: Record<string, (path: string) => void> = {
    "E8 a symbolic link": (path) => {
      renameSync(path, `${path}.real`);
      symlinkSync(`${path}.real`, path);
    },
    "E10 a file with a second name": (path) => linkSync(path, `${path}.second`),
    "E11 a FIFO": (path) => {
      rmSync(path);
      execFileSync("/usr/bin/env", ["mkfifo", path]);
    },
    "E11 a folder": (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  };

  test.each(Object.entries(cases))(
    "%s in the place of a log is refused by readers and writers",
    async (_id, make) => {
      const team = await fileTeam();
      make(team.segment(1));
      const { store } = await team.open();

      await expect(readAll(store.journal)).rejects.toMatchObject({ code: "state_dir" });
      await expect(store.journal.append(claim(1))).rejects.toMatchObject({ code: "state_dir" });
    },
  );

  test("E8 a symbolic link in the place of a snapshot or cursor is refused, and replaced by a save", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    const elsewhere = join(team.configDir, "elsewhere.json");
    writeFileSync(elsewhere, "mine");
    symlinkSync(elsewhere, team.paths.snapshot);

    await expect(store.snapshot.load(1)).rejects.toMatchObject({ code: "state_dir" });
    const position = (await readAll(store.journal)).placed[0]?.at ?? (await store.journal.end());
    await store.snapshot.save({ fold: 1, position, lastId: teamEntry().id, state: 1 });

    expect(await store.snapshot.load(1)).toMatchObject({ state: 1 });
    expect(readFileSync(elsewhere, "utf8")).toBe("mine");
  });
});
