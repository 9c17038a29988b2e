import {
  type BigIntStats,
  chmodSync,
  close,
  closeSync,
  constants,
  fchmodSync,
  fdatasync,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import { isErrno, TroupeError } from "./errors.ts";
import type { FileFacts, Fs, OpenFile } from "./files.ts";

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const openFolder = promisify(open);
const closeFolder = promisify(close);
const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);
/** Bytes of a reading that fit into the shared buffer: the tail of a log is nearly always shorter. */
const SCRATCH_BYTES = 64 * 1024;

class NodeFile implements OpenFile {
  readonly path: string;
  readonly descriptor: number;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.descriptor = descriptor;
  }
}

/**
 * The real disk. Calls are synchronous inside, because they take microseconds and a promise of `node:fs` takes thirty
 * (measured: 1,000,000 appends a second against 33,000); only `sync` and `syncFolder` wait for the device.
 */
export function nodeFiles(): Fs {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  return {
    openAppend: async (path) => openRegular(path, O_RDWR | O_APPEND),
    openRead: async (path) => openRegular(path, O_RDONLY),
    close: async (file) => closeSync(descriptorOf(file)),
    append: async (file, bytes) => writeSync(descriptorOf(file), bytes, 0, bytes.length, null),
    readFrom: async (file, offset, max) => readFrom(descriptorOf(file), scratch, offset, max),
    facts: async (file) => factsOf(fstatSync(descriptorOf(file), { bigint: true })),
    stat: async (path) => statPath(path),
    create: async (path, bytes) => createFile(path, bytes),
    rename: async (from, to) => renameSync(from, to),
    unlink: async (path) => unlinkSync(path),
    list: async (path) => listFolder(path),
    mkdir: async (path) => {
      mkdirSync(path, { mode: 0o700 });
      // A strange umask may have taken bits away from the owner.
      chmodSync(path, 0o700);
    },
    rmdir: async (path) => rmdirSync(path),
    sync: (file) => syncData(descriptorOf(file)),
    syncFolder,
  };
}

function descriptorOf(file: OpenFile): number {
  if (!(file instanceof NodeFile)) throw new Error(`opened by another file system: ${file.path}`);
  return file.descriptor;
}

/** O_NONBLOCK, so that a FIFO at the path does not hang us before it is refused. */
function openRegular(path: string, flags: number): NodeFile {
  const descriptor = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK);
  const why = refusal(fstatSync(descriptor));
  if (why === undefined) return new NodeFile(path, descriptor);
  closeSync(descriptor);
  throw new TroupeError("state_dir", `${path} is refused: ${why}`, {
    hint: "look who put it there; troupe works with plain files of its own only",
  });
}

function refusal(stats: {
  isFile: () => boolean;
  nlink: number;
  uid: number;
  mode: number;
}): string | undefined {
  if (!stats.isFile()) return "it is no regular file";
  if (stats.nlink > 1) return `it has ${stats.nlink} hard links`;
  const me = process.getuid?.();
  if (me !== undefined && stats.uid !== me) return `it belongs to uid ${stats.uid}, we are ${me}`;
  return undefined;
}

function readFrom(descriptor: number, scratch: Buffer, offset: number, max: number): Uint8Array {
  const wanted = Math.min(max, SCRATCH_BYTES);
  const count = readSync(descriptor, scratch, 0, wanted, offset);
  if (count < SCRATCH_BYTES || max === SCRATCH_BYTES) return Buffer.from(scratch.subarray(0, count));
  const bytes = Buffer.allocUnsafeSlow(max);
  scratch.copy(bytes);
  const more = readSync(descriptor, bytes, SCRATCH_BYTES, max - SCRATCH_BYTES, offset + SCRATCH_BYTES);
  return bytes.subarray(0, SCRATCH_BYTES + more);
}

function statPath(path: string): FileFacts | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && factsOf(stats);
}

function factsOf(stats: BigIntStats): FileFacts {
  return {
    size: Number(stats.size),
    inode: stats.ino,
    links: Number(stats.nlink),
    kind: kindOf(stats),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    modifiedMs: Number(stats.mtimeMs),
  };
}

function kindOf(stats: BigIntStats): FileFacts["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "link" : "other";
}

function createFile(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    fchmodSync(descriptor, 0o600);
    // Nobody else writes here yet, so a short write is continued; only a log must never do that.
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, null);
  } finally {
    closeSync(descriptor);
  }
}

function listFolder(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path).toSorted();
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const descriptor = await openFolder(path, O_RDONLY);
  try {
    await syncAll(descriptor);
  } finally {
    await closeFolder(descriptor);
  }
}
