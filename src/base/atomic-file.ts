import { dirname } from "node:path";
import { closeFile } from "./close-file.ts";
import { diskError, isSystemError } from "./disk-error.ts";
import { isErrno } from "./errors.ts";
import type { Fs } from "./files.ts";

/**
 * Puts `bytes` at `path`, whole or not at all: temp file, then rename. With `sync` it also survives a power cut.
 * Throws what `diskError` makes of trouble; the file that stood there before is then as it was, the temp file gone.
 */
export async function replaceFile(
  fs: Fs,
  path: string,
  bytes: Uint8Array,
  { sync = false }: { readonly sync?: boolean } = {},
): Promise<void> {
  let temp: string | undefined;
  try {
    temp = await createTemp(fs, path, bytes);
    if (sync) await syncFile(fs, temp);
    await fs.rename(temp, path);
    if (sync) await fs.syncFolder(dirname(path));
  } catch (error) {
    if (temp !== undefined) await removeIfThere(fs, temp);
    throw diskError(error, "write", path);
  }
}

/** The name holds the process id for those who sweep; a name that is taken is passed over, whoever left it. */
async function createTemp(fs: Fs, path: string, bytes: Uint8Array): Promise<string> {
  for (let number = 1; ; number++) {
    const temp = `${path}.${process.pid}-${number}.tmp`;
    try {
      await fs.create(temp, bytes);
      return temp;
    } catch (error) {
      if (isErrno(error, "EEXIST") && number < 1000) continue;
      // A full disk leaves an empty or cut file behind, which was never anybody's but ours.
      if (!isErrno(error, "EEXIST")) await removeIfThere(fs, temp);
      throw error;
    }
  }
}

async function syncFile(fs: Fs, path: string): Promise<void> {
  const file = await fs.openAppend(path);
  try {
    await fs.sync(file);
  } finally {
    await closeFile(fs, file);
  }
}

/** Puts a file that `replaceFile` of somebody made on the device, its name too. Throws what `diskError` makes of trouble. */
export async function syncWhole(fs: Fs, path: string): Promise<void> {
  try {
    await syncFile(fs, path);
    await fs.syncFolder(dirname(path));
  } catch (error) {
    throw diskError(error, "write", path);
  }
}

/** Cleaning up after a failure must not hide it: what cannot be removed is left for the sweep. */
async function removeIfThere(fs: Fs, path: string): Promise<void> {
  try {
    await fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** All bytes of a file of at most `max`; undefined when it is not there, or longer. The file is one that is only ever replaced. */
export async function readWhole(fs: Fs, path: string, max: number): Promise<Buffer | undefined> {
  const part = await readPart(fs, path, (size) => (size > max ? undefined : 0));
  return part?.bytes;
}

/** The last bytes of a file, at most `max`, and how many it has in all; undefined when it is not there. */
export function readLast(
  fs: Fs,
  path: string,
  max: number,
): Promise<{ readonly bytes: Buffer; readonly size: number } | undefined> {
  return readPart(fs, path, (size) => Math.max(0, size - max));
}

async function readPart(
  fs: Fs,
  path: string,
  startOf: (size: number) => number | undefined,
): Promise<{ readonly bytes: Buffer; readonly size: number } | undefined> {
  try {
    const file = await fs.openRead(path);
    try {
      // Room for what is there, not for what might be: half a gigabyte of address space is not to be had everywhere.
      const { size } = await fs.facts(file);
      const start = startOf(size);
      if (start === undefined) return undefined;
      const bytes = await fs.readFrom(file, start, size - start);
      return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), size };
    } finally {
      await closeFile(fs, file);
    }
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw diskError(error, "read", path);
  }
}
