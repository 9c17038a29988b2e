import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nodeFiles } from "../../../../src/base/node-files.ts";
import { createTeamFolder } from "../../../../src/store/files/team-folders.ts";
import type { Snapshot, Store } from "../../../../src/store/store.ts";
import { ada, bob, claim, id, idsOf, message, readAll, teamEntry } from "../../../support/store-entries.ts";
import { type FaultyFs, faultyFs } from "../../../support/store-faulty-fs.ts";
import { demo, fileTeam } from "../../../support/store-team.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

const first = "instance-0.1";

describe("an append that fails", () => {
  test.each([
    ["C1", "ENOSPC", "disk_full"],
    ["C2", "EDQUOT", "disk_full"],
    ["C2", "EFBIG", "disk_full"],
    ["C4", "EROFS", "state_dir"],
    ["C5", "EACCES", "state_dir"],
    ["C5", "EPERM", "state_dir"],
  ])("%s says %s with the path, nothing stands, and the next one works", async (_id, errno, code) => {
    const team = await fileTeam();
    const { store, fs } = await team.open();
    fs.fault({ call: "append", fault: { fail: errno } });

    const failed = store.journal.append(claim(1));

    await expect(failed).rejects.toMatchObject({
      code,
      message: `cannot append to ${team.segment(1)}: ${errno}`,
      cause: { syscall: "append" },
    });
    expect(await store.journal.append(claim(2))).toBe("done");
    expect(await idsOf(store.journal)).toEqual([first, id(2)]);
  });

  test.each(["EMFILE", "ENFILE"])("C3 %s on opening is an error that passes", async (errno) => {
    const team = await fileTeam();
    const { store, fs } = await team.open();
    fs.fault({ call: "openAppend", fault: { fail: errno } });
    fs.fault({ call: "openRead", fault: { fail: errno } });

    await expect(store.journal.append(claim(1))).rejects.toMatchObject({ code: "store_unreachable" });
    await expect(idsOf(store.journal)).rejects.toMatchObject({ code: "store_unreachable" });

    expect(await store.journal.append(claim(1))).toBe("done");
    expect(await idsOf(store.journal)).toEqual([first, id(1)]);
  });

  test.each([0, 1, 50, -2])(
    "C8 a short write of %i bytes is uncertain, and is not continued",
    async (bytes) => {
      const team = await fileTeam();
      const { store, fs } = await team.open();
      fs.fault({ call: "append", fault: { landOnly: bytes } });

      const answers = [await store.journal.append(claim(1)), await store.journal.append(claim(1))];

      expect(answers).toEqual(["uncertain", "done"]);
      expect(await idsOf(store.journal)).toEqual([first, id(1)]);
      expect(store.torn().length).toBe(bytes > 1 || bytes < 0 ? 1 : 0);
    },
  );

  test("M2 a short write that lacks only the last newline counts as soon as anybody appends", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open();
    const other = (await team.open()).store;
    fs.fault({ call: "append", fault: { landOnly: -1 } });

    expect(await store.journal.append(claim(1))).toBe("uncertain");
    expect(await idsOf(other.journal)).toEqual([first]);
    await other.journal.append(claim(1, "1", "instance-b"));

    expect(await idsOf(other.journal)).toEqual([first, id(1), id(1, "instance-b")]);
    expect(other.torn()).toEqual([]);
  });

  test.each(["EIO", "ESTALE"])("H6 %s after the bytes landed is found out to be done", async (errno) => {
    const team = await fileTeam();
    const { store, fs } = await team.open();
    await store.journal.append(claim(1));
    fs.fault({ call: "append", fault: { loseAnswer: errno } });

    expect(await store.journal.append(claim(2))).toBe("done");

    expect(await idsOf(store.journal)).toEqual([first, id(1), id(2)]);
  });

  test("H6 an error that says nothing is uncertain when the entry is not there, or cannot be looked for", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open();
    await store.journal.append(claim(1));
    fs.fault({ call: "facts", fault: { fail: "EIO" } });
    expect(await store.journal.append(claim(2))).toBe("uncertain");
    fs.fault({ call: "append", fault: { loseAnswer: "EIO" } });
    fs.fault({ call: "readFrom", fault: { fail: "EIO" } });
    expect(await store.journal.append(claim(3))).toBe("uncertain");
    fs.fault({ call: "append", fault: { fail: "EIO" } });
    expect(await store.journal.append(claim(4))).toBe("uncertain");

    expect(await store.journal.append(claim(4))).toBe("done");
    expect(await idsOf(store.journal)).toEqual([first, id(1), id(2), id(3), id(4)]);
  });

  test("M18 an append that landed on another one is not acknowledged where appends are locked", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open({ network: true });
    fs.fault({ call: "append", fault: { lie: true } });

    expect(await store.journal.append(claim(1))).toBe("uncertain");
    expect(await store.journal.append(claim(1))).toBe("done");

    expect(await idsOf(store.journal)).toEqual([first, id(1)]);
    expect(readdirSync(team.paths.journal)).toEqual(["1.jsonl"]);
  });
});

describe("every call of every operation may fail", () => {
  const run = { v: 1, pid: 1, startTime: "1", bootId: "b", pidNs: "", instance: "instance-a", member: ada };
  const usage = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, costUsd: null };
  const life = { ...run, version: "1", startedAt: "x", beat: "x", status: "idle", since: "x", task: null };
  const runFile = { ...life, model: null, usage, context: { used: 0, max: null } };
  const operations: Record<string, (store: Store) => Promise<unknown>> = {
    "an append": (store) => store.journal.append(claim(1)),
    "a first message": (store) => store.mailbox(bob).append(message(1, "hello")),
    "an agent's log": (store) => store.agentLog(ada, "events").append({ id: id(1), kind: "x" }),
    "a reading": (store) => readAll(store.journal),
    "a snapshot": async (store) => {
      const position = (await readAll(store.journal)).placed[0]?.at;
      await store.snapshot.save({ fold: 1, position, lastId: first, state: {} } as unknown as Snapshot);
      expect(await store.snapshot.load(1)).toMatchObject({ lastId: first });
    },
    "a cursor": async (store) => {
      const start = { position: await store.mailbox(bob).start(), id: null };
      await store.cursor(bob).save({ v: 1, delivered: start, read: start });
      expect(await store.cursor(bob).load()).toBeDefined();
    },
    "a life": async (store) => {
      await store.presence.write(runFile as never);
      expect(await store.presence.read(ada)).toEqual(runFile);
    },
    "a body": async (store) => {
      expect(await store.bodies.get(await store.bodies.put("text"))).toBe("text");
    },
  };

  test.each(Object.keys(operations))(
    "C1 C5 C7 at any call of %s: a named error with its errno, or uncertain; then it works; nothing is left over",
    async (name) => {
      const operation = operations[name] ?? (() => Promise.reject(new Error("no such operation")));
      for (const errno of ["ENOSPC", "EACCES", "ESTALE"]) {
        for (let skip = 0; ; skip++) {
          const team = await fileTeam();
          const { store, fs } = await team.open({ durability: "power" });
          const count = fs.fault({ call: "any", fault: { fail: errno }, skip });

          const outcome = await operation(store).catch((error: unknown) => error);
          if (count() === 0) break;
          const again = await operation(store);

          expect(isExplained(outcome), `${errno} at call ${skip} of ${name}: ${String(outcome)}`).toBe(true);
          expect(again === undefined || again === "done" || typeof again === "object").toBe(true);
          expect(leftOver(team.paths.root)).toEqual([]);
          expect((await readAll((await team.open()).store.journal)).entries[0]).toEqual(teamEntry());
        }
      }
    },
    60_000,
  );

  test("C1 C6 at any call of a team's creation there is a whole team or none, and nothing beside it", async () => {
    for (const errno of ["ENOSPC", "EIO"]) {
      for (let skip = 0; ; skip++) {
        const configDir = tempFolder();
        const fs: FaultyFs = faultyFs(nodeFiles());
        const count = fs.fault({ call: "any", fault: { fail: errno }, skip });

        const outcome = await createTeamFolder(fs, configDir, demo, teamEntry()).catch(
          (error: unknown) => error,
        );
        if (count() === 0) break;

        expect(isExplained(outcome), `${errno} at call ${skip}: ${String(outcome)}`).toBe(true);
        const names = readdirSync(configDir, { recursive: true, encoding: "utf8" });
        expect(names.filter((name) => !/^teams$/.test(name))).toEqual([]);
      }
    }
  }, 60_000);
});

test("A12 a snapshot, a cursor and a life that cannot be written leave the old ones whole", async () => {
  const team = await fileTeam();
  const { store, fs } = await team.open();
  const { placed } = await readAll(store.journal);
  const snapshot = {
    fold: 1,
    position: placed[0]?.at,
    lastId: first,
    state: { a: 1 },
  } as unknown as Snapshot;
  await store.snapshot.save(snapshot);
  const before = readFileSync(team.paths.snapshot, "utf8");
  fs.fault({ call: "rename", fault: { fail: "ENOSPC" } });

  const failed = store.snapshot.save({ ...snapshot, state: { a: 2 } });

  await expect(failed).rejects.toMatchObject({ code: "disk_full", message: /snapshot\.json: ENOSPC$/ });
  expect(readFileSync(team.paths.snapshot, "utf8")).toBe(before);
  appendFileSync(team.paths.snapshot, "x");
  expect(await store.snapshot.load(1)).toBeUndefined();
});

/** A named error that keeps its errno; an answer explains itself. */
function isExplained(outcome: unknown): boolean {
  if (!(outcome instanceof Error)) return true;
  const { code, cause } = outcome as { code?: string; cause?: { errno?: number } };
  return (
    ["disk_full", "state_dir", "store_unreachable"].includes(code ?? "") && typeof cause?.errno === "number"
  );
}

function leftOver(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".tmp") || name.endsWith(".lock"));
}
