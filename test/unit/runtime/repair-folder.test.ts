import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { Fs } from "../../../src/base/files.ts";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { type Disk, type DiskSpace, nodeDisk } from "../../../src/runtime/repair-disk.ts";
import { probeFolder } from "../../../src/runtime/repair-probe.ts";
import { matching } from "../../support/cli-world.ts";
import { consult } from "../../support/doctor.ts";
import { healthyTeam } from "../../support/sick-team.ts";
import { systemError } from "../../support/store-faulty-fs.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const MB = 1024 * 1024;
const ROOMY: DiskSpace = { freeBytes: 900 * MB, totalBytes: 1000 * MB, freeInodes: 900, totalInodes: 1000 };

function diskWith(space: Partial<DiskSpace>): Disk {
  return { ...nodeDisk(), space: async () => ({ ...ROOMY, ...space }) };
}

test.each<readonly [string, Partial<DiskSpace>, readonly string[]]>([
  ["room enough", {}, []],
  ["99 MB of 1 GB", { freeBytes: 99 * MB }, ["99 MB are free"]],
  ["200 MB of 100 GB", { freeBytes: 200 * MB, totalBytes: 100_000 * MB }, ["200 MB are free"]],
  ["9 of 1000 inodes", { freeInodes: 9 }, ["9 of 1000 files (inodes) are left"]],
  ["a file system without inodes", { freeInodes: 0, totalInodes: 0 }, []],
])("C11 %s: doctor warns below 100 MB or 1 % of bytes or inodes", async (_, space, wanted) => {
  const { exit, findings } = await consult(await healthyTeam(), { disk: diskWith(space) });

  expect(findings.map(({ id, what }) => `${id} ${what.split(" on the disk")[0]}`)).toEqual(
    wanted.map((what) => `DR013 ${what}`),
  );
  expect(exit).toBe(wanted.length);
});

test("H8 appends that land on one another are told before any team loses an entry", async () => {
  const team = await healthyTeam();
  const real = nodeFiles();
  const ends = new Map<object, number>();
  // Without O_APPEND: each writer goes on where it saw the end.
  const odd: Fs = {
    ...real,
    append: async (file, bytes) => {
      const at = ends.get(file) ?? 0;
      ends.set(file, at + bytes.length);
      const before = await real.readFrom(file, 0, 64 * 1024);
      const after = Buffer.from(before);
      const whole = Buffer.concat([after, Buffer.alloc(Math.max(0, at + bytes.length - after.length))]);
      whole.set(bytes, at);
      writeFileSync(file.path, whole);
      return bytes.length;
    },
  };

  const { exit, findings } = await consult(team, { fs: odd });

  expect(exit).toBe(1);
  expect(findings).toMatchObject([{ id: "DR014", severity: "error", fix: null }]);
  expect((await consult(team)).ids).toEqual([]);
});

test("H7 whether names differ by case is tried, and nothing is left of the trial", async () => {
  const folder = tempFolder();
  const real = nodeFiles();
  const folding: Fs = {
    ...real,
    stat: async (path) =>
      real.stat(
        join(
          folder,
          readdirSync(folder).find((name) => name.toLowerCase() === basename(path).toLowerCase()) ?? "none",
        ),
      ),
  };

  expect(await probeFolder(real, folder)).toEqual({ keepsAppends: true, foldsCase: false });
  expect(await probeFolder(folding, folder)).toEqual({ keepsAppends: true, foldsCase: true });
  expect(readdirSync(folder)).toEqual([]);
  const full: Fs = { ...real, create: (path) => Promise.reject(systemError("ENOSPC", "open", path)) };
  expect(await probeFolder(full, folder)).toBeUndefined();
});

test("C5 L9 a folder that may not be read and a file of another user are named, and the rest is looked at", async () => {
  const team = await healthyTeam();
  const real = nodeFiles();
  const foreign = join(team.paths.journal, "1.jsonl");
  const strange: Fs = {
    ...real,
    stat: async (path) => {
      const facts = await real.stat(path);
      return path === foreign && facts ? { ...facts, uid: facts.uid + 1 } : facts;
    },
    list: (path) =>
      path === team.paths.bodies ? Promise.reject(systemError("EACCES", "scandir", path)) : real.list(path),
  };

  const { findings } = await consult(team, { fs: strange });

  expect(findings.map(({ id, details }) => [id, ...details])).toEqual(
    expect.arrayContaining([
      ["DR011", "journal/1.jsonl"],
      ["DR017", "bodies"],
    ]),
  );
});

test("C5 a team that may not be looked into hides no other", async () => {
  const team = await healthyTeam();
  const closed = join(team.configDir, "teams/closed");
  mkdirSync(join(closed, "journal"), { recursive: true, mode: 0o700 });
  const real = nodeFiles();
  const strange: Fs = {
    ...real,
    stat: (path) =>
      path.startsWith(`${closed}/`) ? Promise.reject(systemError("EACCES", "lstat", path)) : real.stat(path),
  };

  const { findings } = await consult(team, { fs: strange });

  expect(findings.map(({ team: name }) => name)).toContain("closed");
  expect(findings.map(({ what }) => what)).toContainEqual(matching(/^closed: cannot look .*EACCES/));
});
