import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OpenFile } from "../../../src/base/files.ts";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const fs = nodeFiles();

async function openNew(bytes: Uint8Array = new Uint8Array()): Promise<OpenFile> {
  const path = join(tempFolder(), "file");
  await fs.create(path, bytes);
  const file = await fs.openAppend(path);
  onTestFinished(() => fs.close(file));
  return file;
}

test("bytes are appended at the end, whoever else appended since, and read from anywhere", async () => {
  const file = await openNew(Buffer.from("one,"));
  const other = await fs.openAppend(file.path);

  expect(await fs.append(file, Buffer.from("two,"))).toBe(4);
  await fs.append(other, Buffer.from("three,"));
  await fs.append(file, Buffer.from("four"));
  await fs.close(other);

  expect(Buffer.from(await fs.readFrom(file, 4, 9)).toString()).toBe("two,three");
  expect(Buffer.from(await fs.readFrom(file, 14, 100)).toString()).toBe("four");
  expect((await fs.readFrom(file, 100, 100)).length).toBe(0);
});

test.each([65_535, 65_536, 65_537, 200_000])("%i bytes are read whole, or as far as asked", async (size) => {
  const bytes = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
  const file = await openNew(bytes);

  expect(bytes.equals(await fs.readFrom(file, 0, size))).toBe(true);
  expect(bytes.equals(await fs.readFrom(file, 0, 1_000_000))).toBe(true);
  expect(bytes.subarray(10, size - 10).equals(await fs.readFrom(file, 10, size - 20))).toBe(true);
});

test("what was read stays as it was when the next reading comes", async () => {
  const file = await openNew(Buffer.from("first,second"));

  const first = await fs.readFrom(file, 0, 5);
  await fs.readFrom(file, 6, 6);

  expect(Buffer.from(first).toString()).toBe("first");
});

test("an append never makes a file, and a file is made once", async () => {
  const path = join(tempFolder(), "file");

  await expect(fs.openAppend(path)).rejects.toMatchObject({ code: "ENOENT" });
  await fs.create(path, Buffer.from("x"));
  await expect(fs.create(path, Buffer.from("y"))).rejects.toMatchObject({ code: "EEXIST" });

  expect(readFileSync(path, "utf8")).toBe("x");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file opened for reading takes no bytes", async () => {
  const path = join(tempFolder(), "file");
  writeFileSync(path, "x");
  const file = await fs.openRead(path);
  onTestFinished(() => fs.close(file));

  await expect(fs.append(file, Buffer.from("y"))).rejects.toMatchObject({ code: "EBADF" });
});

test("facts speak of the file that is open, whatever its path names now", async () => {
  const file = await openNew(Buffer.from("12345"));
  const before = await fs.facts(file);
  await fs.unlink(file.path);
  await fs.create(file.path, Buffer.from("1"));

  const after = await fs.facts(file);

  expect(before).toMatchObject({ size: 5, links: 1, kind: "file", mode: 0o600 });
  expect(after).toMatchObject({ size: 5, links: 0, inode: before.inode });
  expect((await fs.stat(file.path))?.inode).not.toBe(before.inode);
});

test("folders are listed sorted; what is not there is undefined", async () => {
  const folder = tempFolder();
  for (const name of ["b", "a", "c"]) await fs.mkdir(join(folder, name));
  await fs.rmdir(join(folder, "c"));

  expect(await fs.list(folder)).toEqual(["a", "b"]);
  expect(await fs.list(join(folder, "nowhere"))).toBeUndefined();
  expect(await fs.stat(join(folder, "nowhere"))).toBeUndefined();
  expect((await fs.stat(folder))?.kind).toBe("folder");
  await expect(fs.list(join(folder, "a", "b", "c"))).resolves.toBeUndefined();
});

test("a file and a folder can be synced", async () => {
  const file = await openNew(Buffer.from("x"));

  await expect(fs.sync(file)).resolves.toBeUndefined();
  await expect(fs.syncFolder(join(file.path, ".."))).resolves.toBeUndefined();
});
