import { lstatSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { diskError } from "../base/disk-error.ts";
import { isErrno, TroupeError } from "../base/errors.ts";

/** Throws `conflict` when something is there. */
export function refuseThere(path: string): void {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  } catch (error) {
    throw diskError(error, "write", path);
  }
  throw thereAlready(path);
}

/** Makes a file that is not there, whole or not at all: half a file would be "there already" for the next try. */
export async function createFile(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const file = await open(path, "wx");
    try {
      await file.writeFile(text);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw isErrno(error, "EEXIST") ? thereAlready(path, error) : diskError(error, "write", path);
  }
}

/** Not `recursive`: that answers ENOENT where the disk is read-only. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

function thereAlready(path: string, cause?: unknown): TroupeError {
  return new TroupeError("conflict", `${path} is there already; nothing was written`, {
    hint: "edit it, or move it away first",
    cause,
    details: { path },
  });
}
