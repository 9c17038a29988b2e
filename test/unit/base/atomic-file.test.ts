import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWhole, replaceFile } from "../../../src/base/atomic-file.ts";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { faultyFs } from "../../support/store-faulty-fs.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test("A12 a file is the old one or the new one, whichever call fails, and no temp file stays", async () => {
  for (const call of ["create", "openAppend", "sync", "rename", "syncFolder"] as const) {
    const folder = tempFolder();
    const path = join(folder, "file.json");
    writeFileSync(path, "old");
    const fs = faultyFs(nodeFiles());
    fs.fault({ call, fault: { fail: "ENOSPC" } });

    const failed = replaceFile(fs, path, Buffer.from("new"), { sync: true });

    await expect(failed).rejects.toMatchObject({ code: "disk_full", cause: { syscall: call } });
    expect(["old", "new"]).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder)).toEqual(["file.json"]);
  }
});

test("what a temp file could not be removed after does not hide what went wrong", async () => {
  const path = join(tempFolder(), "file.json");
  const fs = faultyFs(nodeFiles());
  fs.fault({ call: "rename", fault: { fail: "EACCES" } });
  fs.fault({ call: "unlink", fault: { fail: "EIO" } });

  await expect(replaceFile(fs, path, Buffer.from("new"))).rejects.toMatchObject({ code: "state_dir" });
});

test("a temp file that somebody left is passed over, not written into", async () => {
  const folder = tempFolder();
  const path = join(folder, "file.json");
  const left = `${path}.${process.pid}-1.tmp`;
  writeFileSync(left, "left");

  await replaceFile(nodeFiles(), path, Buffer.from("new"));

  expect([readFileSync(path, "utf8"), readFileSync(left, "utf8")]).toEqual(["new", "left"]);
});

test("a file is read whole; one that is not there, or too long, is none", async () => {
  const path = join(tempFolder(), "file");
  const fs = nodeFiles();
  expect(await readWhole(fs, path, 10)).toBeUndefined();
  writeFileSync(path, "0123456789");

  expect((await readWhole(fs, path, 10))?.toString()).toBe("0123456789");
  expect(await readWhole(fs, path, 9)).toBeUndefined();
});

test("reading a file takes the memory that it needs, however long it might be", async () => {
  const path = join(tempFolder(), "file");
  writeFileSync(path, "x".repeat(200_000));

  const bytes = await readWhole(nodeFiles(), path, 512 * 1024 * 1024);

  expect([bytes?.length, bytes?.buffer.byteLength]).toEqual([200_000, 200_000]);
});
