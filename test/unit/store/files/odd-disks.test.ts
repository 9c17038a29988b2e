import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import type { Fs, OpenFile } from "../../../../src/base/files.ts";
import { nodeFiles } from "../../../../src/base/node-files.ts";
import { MemberName, TeamName } from "../../../../src/protocol/names.ts";
import { teamPaths } from "../../../../src/protocol/paths.ts";
import { openFileStore } from "../../../../src/store/files/open-file-store.ts";
import { createTeamFolder, listTeamFolders } from "../../../../src/store/files/team-folders.ts";
import type { Store } from "../../../../src/store/store.ts";
import { claim, id, idsOf, message, teamEntry } from "../../../support/store-entries.ts";
import { fileTeam } from "../../../support/store-team.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

/** A volume that does not tell `A` from `a`: every path below `root` is the same in lower case. */
function caseless(root: string): Fs {
  const real = nodeFiles();
  const at = (path: string): string => root + path.slice(root.length).toLowerCase();
  return {
    ...real,
    openAppend: (path) => real.openAppend(at(path)),
    openRead: (path) => real.openRead(at(path)),
    stat: (path) => real.stat(at(path)),
    create: (path, bytes) => real.create(at(path), bytes),
    rename: (from, to) => real.rename(at(from), at(to)),
    unlink: (path) => real.unlink(at(path)),
    list: (path) => real.list(at(path)),
    mkdir: (path) => real.mkdir(at(path)),
    rmdir: (path) => real.rmdir(at(path)),
    syncFolder: (path) => real.syncFolder(at(path)),
  };
}

test.each([
  ["keeps", (_root: string) => nodeFiles()],
  ["does not keep", caseless],
] as const)(
  "H7 on a volume that %s letters apart names that differ in case only are one team and one mailbox",
  async (_how, disk) => {
    const configDir = tempFolder();
    const fs = disk(configDir);
    const [upper, lower] = [TeamName.parse("Demo"), TeamName.parse("demo")];
    await createTeamFolder(fs, configDir, upper, teamEntry());

    const again = createTeamFolder(fs, configDir, lower, teamEntry());
    await expect(again).rejects.toMatchObject({ code: "name_taken" });
    const store = await openFileStore(fs, teamPaths(configDir, lower), {
      durability: "default",
      network: false,
    });
    await store.mailbox(MemberName.parse("ADA")).append(message(1, "one"));
    await store.mailbox(MemberName.parse("ada")).append(message(2, "two"));
    const mail = await idsOf(store.mailbox(MemberName.parse("Ada")));
    await store.close();

    expect(mail).toEqual([id(1), id(2)]);
    expect(await listTeamFolders(fs, configDir)).toEqual(["demo"]);
    expect(readdirSync(`${configDir}/teams/demo/mail`)).toEqual(["ada"]);
  },
);

/** A disk without O_APPEND: a write goes to where the file ended when the process last looked. */
function oddAppends(): Fs {
  const real = nodeFiles();
  const write = async (file: OpenFile, bytes: Uint8Array): Promise<number> => {
    const { size } = await real.facts(file);
    // Somebody else may get his turn between the look and the write.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return writeAt(file.path, bytes, size);
  };
  return { ...real, append: write };
}

function writeAt(path: string, bytes: Uint8Array, at: number): number {
  const descriptor = openSync(path, "r+");
  try {
    return writeSync(descriptor, bytes, 0, bytes.length, at);
  } finally {
    closeSync(descriptor);
  }
}

/** Two processes append at once, each until it is told "done" or is refused. Answers what was acknowledged. */
async function appendAll(stores: readonly Store[], count: number): Promise<string[]> {
  const acknowledged = await Promise.all(
    stores.map(async (store, index) => {
      const ids: string[] = [];
      for (let counter = 1; counter <= count; counter++) {
        const entry = { ...claim(counter), id: id(counter, `instance-${index}`) };
        let tries = 0;
        while ((await store.journal.append(entry)) !== "done" && tries < 50) tries++;
        ids.push(entry.id);
      }
      return ids;
    }),
  );
  return acknowledged.flat();
}

test("H8 two that append where a disk has no O_APPEND lose nothing while appends are locked, and need no links", async () => {
  const team = await fileTeam();
  const open = (): Promise<Store> =>
    openFileStore(oddAppends(), team.paths, { durability: "default", network: true });
  const stores = [await open(), await open()];

  const acknowledged = await appendAll(stores, 10);
  const there = await idsOf((await team.open()).store.journal);
  for (const store of stores) await store.close();

  expect(there.slice(1).toSorted()).toEqual(acknowledged.toSorted());
});

test("H8 the same disk without the lock loses entries: this test can fail", async () => {
  const team = await fileTeam();
  const open = (): Promise<Store> =>
    openFileStore(oddAppends(), team.paths, { durability: "default", network: false });
  const stores = [await open(), await open()];

  const acknowledged = await appendAll(stores, 10);
  const there = await idsOf((await team.open()).store.journal);
  for (const store of stores) await store.close();

  expect(there.length - 1).toBeLessThan(acknowledged.length);
});
