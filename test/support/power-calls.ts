import type { Fs, OpenFile } from "../../src/base/files.ts";

/** A call that changes the disk, or says what a power cut cannot take any more. Files are known by the handle they were opened with. */
export type Call =
  | { readonly kind: "open"; readonly handle: number; readonly path: string }
  | { readonly kind: "append"; readonly handle: number; readonly bytes: Buffer }
  | { readonly kind: "create"; readonly path: string; readonly bytes: Buffer }
  /** In place, from the first byte on: nothing of ours does that. */
  | { readonly kind: "overwrite"; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink"; readonly path: string }
  | { readonly kind: "mkdir"; readonly path: string }
  | { readonly kind: "rmdir"; readonly path: string }
  | { readonly kind: "sync"; readonly handle: number }
  | { readonly kind: "syncFolder"; readonly path: string }
  /** The answer of the sync that stands at `begin` in the list: only what was there when it began is covered. */
  | { readonly kind: "synced"; readonly begin: number; readonly ok: boolean }
  /** An operation was answered; a word of the test. */
  | { readonly kind: "ack"; readonly what: string }
  /** Everything so far has reached the device in the background. */
  | { readonly kind: "settled" };

/** What happened on one disk, in order; several processes may note into one list. */
export interface CallList {
  readonly calls: readonly Call[];
  /** The view of one more process on the disk behind `fs`. */
  readonly record: (fs: Fs) => Fs;
  readonly ack: (what: string) => void;
  readonly settle: () => void;
}

/**
 * Notes each call where it begins: a disk that acts at once, as `nodeFiles()` and `SimDisk` do, acts there. A call that
 * fails did nothing, but for a sync, after which nobody knows what the device has.
 */
export function callList(): CallList {
  const calls: (Call | undefined)[] = [];
  let handles = 0;

  async function noted<T>(call: Call, job: () => Promise<T>): Promise<T> {
    const at = calls.push(call) - 1;
    try {
      return await job();
    } catch (error) {
      calls[at] = undefined;
      throw error;
    }
  }

  async function sync(call: Call, job: () => Promise<void>): Promise<void> {
    const begin = calls.push(call) - 1;
    let ok = false;
    try {
      await job();
      ok = true;
    } finally {
      calls.push({ kind: "synced", begin, ok });
    }
  }

  function record(fs: Fs): Fs {
    const open = new WeakMap<OpenFile, number>();
    const handleOf = (file: OpenFile): number => {
      const handle = open.get(file);
      if (handle === undefined) throw new Error(`opened behind the recorder's back: ${file.path}`);
      return handle;
    };
    return {
      ...fs,
      openAppend: async (path) => {
        const handle = ++handles;
        const file = await noted({ kind: "open", handle, path }, () => fs.openAppend(path));
        open.set(file, handle);
        return file;
      },
      append: async (file, bytes) => {
        const at = calls.push(undefined) - 1;
        const count = await fs.append(file, bytes);
        calls[at] = {
          kind: "append",
          handle: handleOf(file),
          bytes: Buffer.from(bytes.subarray(0, count)),
        };
        return count;
      },
      create: (path, bytes) =>
        noted({ kind: "create", path, bytes: Buffer.from(bytes) }, () => fs.create(path, bytes)),
      rename: (from, to) => noted({ kind: "rename", from, to }, () => fs.rename(from, to)),
      unlink: (path) => noted({ kind: "unlink", path }, () => fs.unlink(path)),
      mkdir: (path) => noted({ kind: "mkdir", path }, () => fs.mkdir(path)),
      rmdir: (path) => noted({ kind: "rmdir", path }, () => fs.rmdir(path)),
      sync: (file) => sync({ kind: "sync", handle: handleOf(file) }, () => fs.sync(file)),
      syncFolder: (path) => sync({ kind: "syncFolder", path }, () => fs.syncFolder(path)),
    };
  }

  return {
    get calls() {
      // A call that failed keeps its place: syncs are named by theirs.
      return calls.map((call): Call => call ?? { kind: "ack", what: "" });
    },
    record,
    ack: (what) => calls.push({ kind: "ack", what }),
    settle: () => calls.push({ kind: "settled" }),
  };
}
