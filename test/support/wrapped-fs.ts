import type { Fs } from "../../src/base/files.ts";

/** What stands around a call of the disk; of a rename, `path` is where it goes. */
export type Around = <T>(call: keyof Fs, path: string, job: () => Promise<T>) => Promise<T>;

/** `real` with `run` around each of its calls. */
export function wrapFs(real: Fs, run: Around): Fs {
  return {
    openAppend: (path) => run("openAppend", path, () => real.openAppend(path)),
    openRead: (path) => run("openRead", path, () => real.openRead(path)),
    close: (file) => run("close", file.path, () => real.close(file)),
    append: (file, bytes) => run("append", file.path, () => real.append(file, bytes)),
    readFrom: (file, offset, max) => run("readFrom", file.path, () => real.readFrom(file, offset, max)),
    facts: (file) => run("facts", file.path, () => real.facts(file)),
    stat: (path) => run("stat", path, () => real.stat(path)),
    create: (path, bytes) => run("create", path, () => real.create(path, bytes)),
    rename: (from, to) => run("rename", to, () => real.rename(from, to)),
    unlink: (path) => run("unlink", path, () => real.unlink(path)),
    list: (path) => run("list", path, () => real.list(path)),
    mkdir: (path) => run("mkdir", path, () => real.mkdir(path)),
    rmdir: (path) => run("rmdir", path, () => real.rmdir(path)),
    sync: (file) => run("sync", file.path, () => real.sync(file)),
    syncFolder: (path) => run("syncFolder", path, () => real.syncFolder(path)),
  };
}
