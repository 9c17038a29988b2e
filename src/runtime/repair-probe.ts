import { basename, dirname, join } from "node:path";
import { isSystemError } from "../base/disk-error.ts";
import { isErrno } from "../base/errors.ts";
import type { Fs, OpenFile } from "../base/files.ts";

const ROUNDS = 8;

/** What a folder's file system does, as tried out. */
export interface Probed {
  /** Appends of two writers land one behind the other. */
  readonly keepsAppends: boolean;
  /** `A` and `a` are one file. */
  readonly foldsCase: boolean;
}

/** Tries it with a file of its own, which is removed; undefined where none can be made. Source: faults.md H7, H8. */
export async function probeFolder(fs: Fs, folder: string): Promise<Probed | undefined> {
  const path = join(folder, `.append-probe.${process.pid}-1.tmp`);
  try {
    await makeProbe(fs, path);
    try {
      const upper = join(dirname(path), basename(path).toUpperCase());
      return { keepsAppends: await keepsAppends(fs, path), foldsCase: (await fs.stat(upper)) !== undefined };
    } finally {
      await fs.unlink(path);
    }
  } catch (error) {
    // Full, read-only or not ours: other looks tell.
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

async function makeProbe(fs: Fs, path: string): Promise<void> {
  try {
    await fs.create(path, new Uint8Array());
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    // Left by a process that had our number.
    await fs.unlink(path);
    await fs.create(path, new Uint8Array());
  }
}

async function keepsAppends(fs: Fs, path: string): Promise<boolean> {
  const writers: OpenFile[] = [];
  const lines: string[] = [];
  try {
    writers.push(await fs.openAppend(path), await fs.openAppend(path));
    for (let round = 0; round < ROUNDS; round++)
      for (const [number, writer] of writers.entries()) {
        lines.push(`writer ${number} round ${round}\n`);
        await fs.append(writer, Buffer.from(lines.at(-1) ?? ""));
      }
    const [reader] = writers;
    const bytes = reader && (await fs.readFrom(reader, 0, 64 * 1024));
    return bytes !== undefined && Buffer.from(bytes).toString() === lines.join("");
  } finally {
    for (const writer of writers) await fs.close(writer);
  }
}
