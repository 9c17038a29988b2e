import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Fs } from "../../../src/base/files.ts";
import { callList } from "../../support/power-calls.ts";
import { cuts } from "../../support/power-model.ts";
import { SimDisk } from "../../support/sim-disk.ts";
import { faultyFs } from "../../support/store-faulty-fs.ts";

const FOLDER = "/disk/folder";
const OLD = "old";
const NEW = "a new content\n";

interface Script {
  readonly fs: Fs;
  /** Writes over a file in place, as nothing of ours does. */
  readonly overwrite: (path: string, text: string) => void;
  readonly failNextSync: () => void;
}

/** What may have become of `name` once the script was answered: "torn" is neither whole nor as before, "lost" as before. */
async function fatesOf(
  name: string,
  old: string | undefined,
  whole: string,
  script: (made: Script) => Promise<void>,
) {
  const disk = new SimDisk();
  disk.now.mkdir("/disk");
  const list = callList();
  const faulty = faultyFs(disk.fs());
  const fs = list.record(faulty);
  const failNextSync = (): void => void faulty.fault({ call: "sync", fault: { fail: "EIO" } });
  const path = join(FOLDER, name);
  await fs.mkdir(FOLDER);
  if (old !== undefined) await fs.create(path, Buffer.from(old));
  list.settle();
  const overwritten: [string, string][] = [];
  await script({ fs, failNextSync, overwrite: (at, text) => overwritten.push([at, text]) });
  const calls = [
    ...list.calls,
    ...overwritten.map(([at, text]) => ({ kind: "overwrite", path: at, bytes: Buffer.from(text) }) as const),
    { kind: "ack", what: "done" } as const,
  ];
  const fates = new Set<string>();
  for (const { acked, image } of cuts("/disk", calls, { exhaustive: 1_000, sample: 0, seed: 1 })) {
    if (!acked.includes("done")) continue;
    const found = image.get(path)?.toString();
    if (found === old) fates.add("lost");
    else if (found !== whole) fates.add("torn");
  }
  return [...fates].toSorted();
}

const append = async (fs: Fs, path: string, text: string, sync: boolean): Promise<void> => {
  const file = await fs.openAppend(path);
  await fs.append(file, Buffer.from(text));
  if (sync) await fs.sync(file);
  await fs.close(file);
};
const replace = async (fs: Fs, { file, folder }: { file?: boolean; folder?: boolean }): Promise<void> => {
  await fs.create(join(FOLDER, "x.tmp"), Buffer.from(NEW));
  if (file) await fs.sync(await fs.openAppend(join(FOLDER, "x.tmp")));
  await fs.rename(join(FOLDER, "x.tmp"), join(FOLDER, "x"));
  if (folder) await fs.syncFolder(FOLDER);
};

describe("the power-cut model knows what is known", () => {
  test("written in place: torn or lost", async () => {
    const fates = await fatesOf("x", OLD, NEW, async ({ overwrite }) => overwrite(join(FOLDER, "x"), NEW));
    expect(fates).toEqual(["lost", "torn"]);
  });

  test.each([
    ["temporary file and rename: torn or lost", {}, ["lost", "torn"]],
    ["the same, the file synced: lost, never torn", { file: true }, ["lost"]],
    ["the same, the folder synced too: neither", { file: true, folder: true }, []],
    ["the folder synced and the file not: torn", { folder: true }, ["torn"]],
  ])("%s", async (_, syncs, expected) => {
    expect(await fatesOf("x", OLD, NEW, ({ fs }) => replace(fs, syncs))).toEqual(expected);
  });

  test.each([
    ["an append: torn or lost", false, ["lost", "torn"]],
    ["an append and a sync: neither", true, []],
  ])("%s", async (_, sync, expected) => {
    const fates = await fatesOf("log", OLD, OLD + NEW, ({ fs }) =>
      append(fs, join(FOLDER, "log"), NEW, sync),
    );
    expect(fates).toEqual(expected);
  });

  test.each([
    ["a synced append to a new file whose folder is not synced: lost", false, ["lost"]],
    ["the same with its folder synced: neither", true, []],
  ])("%s", async (_, folder, expected) => {
    const path = join(FOLDER, "2.jsonl");
    const fates = await fatesOf("2.jsonl", undefined, NEW, async ({ fs }) => {
      await fs.create(path, Buffer.alloc(0));
      await append(fs, path, NEW, true);
      if (folder) await fs.syncFolder(FOLDER);
    });
    expect(fates).toEqual(expected);
  });

  test("a new folder is lost with all that was synced in it, until the folder above is synced", async () => {
    const make = async (fs: Fs): Promise<void> => {
      await fs.mkdir(join(FOLDER, "sub"));
      await fs.create(join(FOLDER, "sub/1"), Buffer.alloc(0));
      await append(fs, join(FOLDER, "sub/1"), NEW, true);
      await fs.syncFolder(join(FOLDER, "sub"));
    };
    expect(await fatesOf("sub/1", undefined, NEW, ({ fs }) => make(fs))).toEqual(["lost"]);
    const whole = await fatesOf("sub/1", undefined, NEW, async ({ fs }) => {
      await make(fs);
      await fs.syncFolder(FOLDER);
    });
    expect(whole).toEqual([]);
  });

  test("a sync covers what others appended before it began, and nothing that came while it ran", async () => {
    const path = join(FOLDER, "log");
    const two = async (fs: Fs, early: boolean): Promise<void> => {
      const mine = await fs.openAppend(path);
      const other = await fs.openAppend(path);
      if (early) await fs.append(other, Buffer.from(NEW));
      const synced = fs.sync(mine);
      if (!early) await fs.append(other, Buffer.from(NEW));
      await synced;
    };
    expect(await fatesOf("log", OLD, OLD + NEW, ({ fs }) => two(fs, true))).toEqual([]);
    expect(await fatesOf("log", OLD, OLD + NEW, ({ fs }) => two(fs, false))).toEqual(["lost", "torn"]);
  });

  test("C6 what a sync failed over stays in doubt, whatever a later one says", async () => {
    const path = join(FOLDER, "log");
    const fates = await fatesOf("log", OLD, OLD + NEW, async ({ fs, failNextSync }) => {
      failNextSync();
      await expect(append(fs, path, NEW, true)).rejects.toThrow("EIO");
      await fs.sync(await fs.openAppend(path));
    });
    expect(fates).toEqual(["torn"]);
  });

  test("the tail of a log is missing, cut, whole or NULs, each log on its own", async () => {
    const disk = new SimDisk();
    disk.now.mkdir("/disk");
    const list = callList();
    const fs = list.record(disk.fs());
    for (const name of ["a", "b"]) await fs.create(`/disk/${name}`, Buffer.alloc(0));
    list.settle();
    const from = list.calls.length;
    for (const name of ["a", "b"]) await append(fs, `/disk/${name}`, "12345\n", false);

    const found = [...cuts("/disk", list.calls, { exhaustive: 1_000, sample: 0, seed: 1, from })].map(
      ({ image }) => ["a", "b"].map((name) => image.get(`/disk/${name}`)?.toString()),
    );

    const tails = ["", "1", "123", "12345", "12345\n", "\0".repeat(6)];
    for (const one of tails) for (const other of tails) expect(found).toContainEqual([one, other]);
    expect(new Set(found.flat())).toEqual(new Set(tails));
  });
});
